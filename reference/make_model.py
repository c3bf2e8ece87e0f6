"""Writes a random model file of any form: make_model.py --random SEED -o MODEL

All values lie in ranges that training reaches, so that every part of the network matters and the
activations stay of order one; the images that it fuses mean nothing. With --initial: the state in
which training starts.
"""
import argparse

import torch
import torch.nn.functional as F

import auif_torch


def initial(config, seed):
    """An untrained model. Conv kernels come from auif_torch.Layer: N(0, 1) where they are adjoint,
    PyTorch's default for Conv2d where they are independent."""
    torch.manual_seed(seed)
    model = auif_torch.Auif(config)
    with torch.no_grad():
        for encoder, theta in ((model.base, 1e-3), (model.detail, 1.0)):
            for layer in encoder:
                layer.eta.normal_(0.1, 0.03)
                if config.activation == "gradient":
                    layer.theta.normal_(1e-3, 1e-4)
                else:
                    layer.theta.fill_(theta)
    return model


def random_images(count, height, width):
    """(count, 1, height, width) in [0, 1]: soft blobs with some noise."""
    blobs = F.interpolate(torch.rand(count, 1, 4, 4), (height, width), mode="bilinear")
    return 0.8 * blobs + 0.2 * torch.rand(count, 1, height, width)


def random_model(config, seed):
    model = initial(config, seed)
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    with torch.no_grad():
        for norm in norms:
            norm.weight.uniform_(0.5, 1.5)
            norm.bias.normal_(0, 0.2)
        for layer in [*model.base, *model.detail]:
            layer.prelu.uniform_(0.05, 0.5)
        # The running statistics become those of one batch.
        for norm in norms:
            norm.momentum = 1
        model.train()(random_images(4, 32, 48))
        for norm in norms:
            norm.momentum = 0.1
    return model.eval()


def main(argv=None):
    default = auif_torch.Config()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--random", type=int, default=0, metavar="SEED")
    parser.add_argument("--initial", action="store_true", help="as training starts")
    parser.add_argument("--kernels", default=default.kernels, help="adjoint or independent")
    parser.add_argument("--padding", default=default.padding, help="input or feature")
    parser.add_argument("--activation", default=default.activation, help="gradient or output")
    parser.add_argument("--layers", type=int, default=default.layers)
    parser.add_argument("--channels", type=int, default=default.channels)
    args = parser.parse_args(argv)

    config = auif_torch.Config(
        args.kernels, args.padding, args.activation, args.layers, args.channels
    )
    make = initial if args.initial else random_model
    auif_torch.save(args.output, make(config, args.random), {"seed": args.random})


if __name__ == "__main__":
    main()
