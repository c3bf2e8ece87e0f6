"""Writes a model file's network, with all its channels, as an ONNX graph: MODEL -o OUT.onnx

Inputs `ir` and `vis`, output `fused`: (1, 1, height, width) in [0, 1], of any height and width from
10. Fusion strategy `add`. ONNX Runtime and OpenCV's dnn (4.6) read it.
"""
import argparse
import dataclasses
import sys
import warnings
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reference"))

import auif_torch

# The last one whose Pad has its widths as attributes: dnn does not take them as computed tensors.
OPSET = 9


def with_both_kernels(model):
    """The same network with Conv2's kernels as tensors of their own: this opset cannot flip."""
    tensors = dict(model.tensors())
    for name, layer in model.named_modules():
        if isinstance(layer, auif_torch.Layer) and model.config.kernels == "adjoint":
            del tensors[f"{name}.kernel"]
            tensors[f"{name}.conv1.weight"], tensors[f"{name}.conv2.weight"] = layer.conv_kernels()
    config = dataclasses.replace(model.config, kernels="independent")
    result = auif_torch.Auif(config)
    result.load_tensors({key: value.detach().numpy() for key, value in tensors.items()})
    return result.eval()


class Fusion(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ir, vis):
        return self.model.fuse(ir, vis)


def export(model, path):
    names = ("ir", "vis", "fused")
    fusion = Fusion(with_both_kernels(model))
    # dnn does not take Identity nodes on weights. PyTorch writes one for tensors of equal values
    # unless the outermost module, which has nothing of its own to train, says that it is training;
    # and for each use of a folded weight but the first. The runtimes fold them anyway.
    fusion.training = True
    with warnings.catch_warnings():
        # A network in training may go wrong in this opset, PyTorch warns; this one is in eval mode.
        warnings.filterwarnings("ignore", "You are exporting the model in training mode")
        torch.onnx.export(
            fusion,
            (torch.zeros(1, 1, 32, 32), torch.zeros(1, 1, 32, 32)),
            str(path),
            input_names=names[:2],
            output_names=names[2:],
            dynamic_axes={name: {2: "height", 3: "width"} for name in names},
            opset_version=OPSET,
            training=torch.onnx.TrainingMode.PRESERVE,
            do_constant_folding=False,
        )


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("-o", "--output", required=True)
    args = parser.parse_args(argv)
    export(auif_torch.load(args.model), args.output)


if __name__ == "__main__":
    main()
