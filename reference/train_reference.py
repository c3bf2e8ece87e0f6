"""Training of the reference network, for comparison.

train_reference.py gradients MODEL BATCH -o OUT
    BATCH has `images` (N, 1, H, W) in [0, 1]. OUT gets `loss`, `mse` and `ssim` (1), the gradient
    of each parameter under the parameter's name, and the new running statistics under theirs.
train_reference.py trajectory MODEL BATCHES -o OUT --final MODEL
    BATCHES has `images` (K, N, 1, H, W). K steps of Adam; OUT gets `loss`, `mse` and `ssim` (K),
    each before its step; the model after the last step goes to another file.
"""
import argparse
import dataclasses

import torch

import auif_torch
import safetensors_io


def ssim_map(x, y):
    """SSIM at each pixel: 3x3 Gaussian window, sigma 1.5, reflected, C1 = 0.01^2, C2 = 0.03^2."""
    line = torch.exp(-torch.tensor([-1.0, 0, 1], dtype=torch.float64) ** 2 / (2 * 1.5**2))
    window = torch.outer(line, line) / line.sum() ** 2
    mean_x, mean_y, mean_xx, mean_yy, mean_xy = (
        auif_torch.filter_reflect(z, window) for z in (x, y, x * x, y * y, x * y)
    )
    c1, c2 = 0.01**2, 0.03**2
    return (
        (2 * mean_x * mean_y + c1)
        * (2 * (mean_xy - mean_x * mean_y) + c2)
        / (mean_x**2 + mean_y**2 + c1)
        / (mean_xx - mean_x**2 + mean_yy - mean_y**2 + c2)
    )


@dataclasses.dataclass
class LossWeights:
    mu: float = 5  # weight of the SSIM term
    clip: bool = False  # clip 1 - SSIM to [0, 1] at each pixel
    offset: float = 0  # weight of (offset - offset_target)^2, see docs/training.md
    offset_target: float = 0


def losses(model, images, weights):
    """(total loss, MSE, mean SSIM) of a batch (eq. 7)."""
    z = model.decoder.features(sum(model.encode(images)))
    output = model.decoder.draw(z)
    mse = ((images - output) ** 2).mean()
    ssim = ssim_map(images, output)
    dissimilarity = (1 - ssim).clamp(0, 1) if weights.clip else 1 - ssim
    bn = model.decoder.bn
    # How much brighter than one image two fused ones are, before the sigmoid.
    offset = bn.weight[0] * z.mean() / (z.var(unbiased=False) + bn.eps).sqrt()
    total = (
        mse
        + weights.mu * dissimilarity.mean() / 2
        + weights.offset * (offset - weights.offset_target) ** 2
    )
    return total, mse, ssim.mean()


def gradients(model, images, weights):
    """The losses, the gradients and the new running statistics, as arrays by name."""
    model.train()
    model.zero_grad()
    total, mse, ssim = losses(model, images, weights)
    total.backward()
    result = {name: tensor for name, tensor in model.tensors().items() if ".running_" in name}
    result.update({name: parameter.grad for name, parameter in model.named_parameters()})
    result.update({"loss": total[None], "mse": mse[None], "ssim": ssim[None]})
    # Copies, for the model's own tensors change with its next use.
    return {name: tensor.detach().numpy().copy() for name, tensor in result.items()}


def trajectory(model, batches, weights, lr, detail_lr):
    """Trains `model` by one Adam step a batch; returns the losses before each, as arrays (K)."""
    model.train()
    adam = torch.optim.Adam(
        [
            {"params": [*model.base.parameters(), *model.decoder.parameters()], "lr": lr},
            {"params": model.detail.parameters(), "lr": detail_lr},
        ],
        betas=(0.9, 0.999),
        eps=1e-8,
    )
    rows = []
    for images in batches:
        adam.zero_grad()
        row = losses(model, images, weights)
        row[0].backward()
        adam.step()
        rows.append(torch.stack(row).detach())
    columns = torch.stack(rows, dim=1).numpy()
    return dict(zip(("loss", "mse", "ssim"), columns))


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("job", choices=("gradients", "trajectory"))
    parser.add_argument("model")
    parser.add_argument("batch")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--final", help="trajectory: the trained model's file")
    parser.add_argument("--double", action="store_true", help="compute in float64")
    parser.add_argument("--mu", type=float, default=5, help="weight of the SSIM term (default: 5)")
    parser.add_argument(
        "--clip", action="store_true", help="clip 1 - SSIM to [0, 1] at each pixel, see README.md"
    )
    parser.add_argument("--offset", type=float, default=0, help="weight of the offset's term")
    parser.add_argument("--offset-target", type=float, default=0)
    parser.add_argument("--lr", type=float, default=1e-2, help="base encoder and decoder")
    parser.add_argument("--detail-lr", type=float, help="detail encoder (default: a tenth of --lr)")
    args = parser.parse_args(argv)
    if (args.job == "trajectory") != (args.final is not None):
        parser.error("--final goes with trajectory, and only with it")

    dtype = torch.float64 if args.double else torch.float32
    model = auif_torch.load(args.model, dtype)
    images = torch.as_tensor(safetensors_io.read(args.batch)[0]["images"], dtype=dtype)
    weights = LossWeights(args.mu, args.clip, args.offset, args.offset_target)
    if args.job == "gradients":
        result = gradients(model, images, weights)
    else:
        detail_lr = args.lr / 10 if args.detail_lr is None else args.detail_lr
        result = trajectory(model, images, weights, args.lr, detail_lr)
        auif_torch.save(args.final, model)
    safetensors_io.write(args.output, result)


if __name__ == "__main__":
    main()
