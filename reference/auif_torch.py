"""The AUIF network in PyTorch, with all its channels, as the paper writes it.

Zhao et al., "Efficient and Interpretable Infrared and Visible Image Fusion via Algorithm
Unrolling". Speed does not matter here: each line stands for one line of the paper. Images and
maps are (N, 1, H, W), images grey in [0, 1], at least 10 pixels wide and high. Parameters have
the names and the shapes of the tensors in a model file.
"""
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn

import safetensors_io

STRATEGIES = ("add", "average", "l1")


@dataclass(frozen=True)
class Config:
    kernels: str = "adjoint"  # or "independent": has Conv2 kernels of its own?
    padding: str = "input"  # or "feature": what is continued by reflection?
    activation: str = "gradient"  # or "output": where do batch norm and PReLU sit?
    layers: int = 10
    channels: int = 64

    def __post_init__(self):
        allowed = {
            "kernels": ("adjoint", "independent"),
            "padding": ("input", "feature"),
            "activation": ("gradient", "output"),
        }
        for key, values in allowed.items():
            if getattr(self, key) not in values:
                raise ValueError(f"{key} is {getattr(self, key)!r}, not one of {values}")
        if self.layers < 1 or self.channels < 1:
            raise ValueError("layers and channels must be at least 1")

    @staticmethod
    def from_metadata(metadata):
        """From a model file's metadata, where all values are strings."""
        return Config(
            metadata["kernels"],
            metadata["padding"],
            metadata["activation"],
            int(metadata["layers"]),
            int(metadata["channels"]),
        )


PAPER = Config("independent", "input", "output")
RELEASE = Config("adjoint", "feature", "gradient")


def reflect(x, n):
    """Continues by n pixels on each side by reflection, without repeating the edge pixel."""
    return F.pad(x, (n, n, n, n), mode="reflect")


def filter_reflect(x, kernel):
    """Correlates a one-channel image with an odd square kernel; same size, reflected."""
    kernel = kernel.to(x)
    return F.conv2d(reflect(x, kernel.shape[-1] // 2), kernel[None, None])


BOX_11 = torch.full((11, 11), 1 / 121, dtype=torch.float64)
LAPLACIAN_19 = torch.ones(19, 19, dtype=torch.float64)
LAPLACIAN_19[9, 9] = 1 - 19 * 19
LAPLACIAN_19 /= 720  # the sum of the absolute values


def base_start(image):
    """B0: the 11x11 box blur."""
    return filter_reflect(image, BOX_11)


def detail_start(image):
    """D0: the 19x19 Laplacian."""
    return filter_reflect(image, LAPLACIAN_19)


class Layer(nn.Module):
    """One step of gradient descent (eqs. 5, 6)."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        channels = config.channels
        if config.kernels == "adjoint":
            self.kernel = nn.Parameter(torch.randn(channels, 1, 3, 3))
        else:
            self.conv1 = nn.Conv2d(1, channels, 3, bias=False)
            self.conv2 = nn.Conv2d(channels, 1, 3, bias=False)
        self.eta = nn.Parameter(torch.full((1,), 0.1))
        self.theta = nn.Parameter(torch.full((1,), 1e-3))
        self.bn = nn.BatchNorm2d(1)
        self.prelu = nn.Parameter(torch.full((1,), 0.25))

    def conv_kernels(self):
        """Conv1's (C, 1, 3, 3) and Conv2's (1, C, 3, 3)."""
        if self.config.kernels == "adjoint":
            return self.kernel, self.kernel.flip(2, 3).transpose(0, 1)
        return self.conv1.weight, self.conv2.weight

    def conv2_conv1(self, x):
        k1, k2 = self.conv_kernels()
        if self.config.padding == "input":
            return F.conv2d(F.conv2d(reflect(x, 2), k1), k2)
        return F.conv2d(reflect(F.conv2d(reflect(x, 1), k1), 1), k2)

    def activate(self, x):
        return F.prelu(self.bn(x), self.prelu)

    def forward(self, x, image):
        fidelity = self.theta * (image - x)
        if self.config.activation == "gradient":
            return x - self.eta * (self.activate(self.conv2_conv1(x)) - fidelity)
        return self.activate(x - self.eta * (self.conv2_conv1(x) - fidelity))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3, bias=False)
        self.bn = nn.BatchNorm2d(1)

    def features(self, x):
        return self.conv(reflect(x, 1))

    def draw(self, features):
        return torch.sigmoid(self.bn(features))

    def forward(self, x):
        return self.draw(self.features(x))


class Auif(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.base = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.detail = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.decoder = Decoder()

    def encode(self, image):
        """The two feature maps BN and DN of an image."""
        base, detail = base_start(image), detail_start(image)
        for base_layer, detail_layer in zip(self.base, self.detail):
            base, detail = base_layer(base, image), detail_layer(detail, image)
        return base, detail

    def forward(self, image):
        """The image rebuilt from its own two maps, as in training."""
        base, detail = self.encode(image)
        return self.decoder(base + detail)

    def fuse(self, ir, vis, strategy="add", weights=(1, 1, 1, 1)):
        """The fused image (eq. 8); weights: base_ir, base_vis, detail_ir, detail_vis."""
        base_ir, detail_ir = self.encode(ir)
        base_vis, detail_vis = self.encode(vis)
        base = merge(base_ir, base_vis, strategy, weights[:2])
        detail = merge(detail_ir, detail_vis, strategy, weights[2:])
        return self.decoder(base + detail)

    def tensors(self):
        """The parameters and running statistics by their names in a model file."""
        return {k: v for k, v in self.state_dict().items() if "num_batches_tracked" not in k}

    def load_tensors(self, tensors):
        """Takes arrays by name; ValueError where a name or a shape does not fit."""
        own = self.tensors()
        if own.keys() != tensors.keys():
            raise ValueError(f"tensor names differ: {sorted(own.keys() ^ tensors.keys())}")
        for name, target in own.items():
            if target.shape != tensors[name].shape:
                raise ValueError(f"{name} has shape {tensors[name].shape}, not {target.shape}")
            target.copy_(torch.as_tensor(tensors[name]))  # state_dict shares the memory


def merge(ir, vis, strategy, weights):
    """One map from two (eqs. 8, 9): `weights` times the strategy's own weights."""
    if strategy == "add":
        alpha_ir = alpha_vis = 1
    elif strategy == "average":
        alpha_ir = alpha_vis = 0.5
    elif strategy == "l1":
        box = torch.full((3, 3), 1 / 9, dtype=torch.float64)
        activity_ir, activity_vis = filter_reflect(ir.abs(), box), filter_reflect(vis.abs(), box)
        total = activity_ir + activity_vis
        # Where both maps are zero the weights do not matter, but must not be 0/0.
        alpha_ir = torch.where(total > 0, activity_ir / total, torch.full_like(total, 0.5))
        alpha_vis = 1 - alpha_ir
    else:
        raise ValueError(f"strategy is {strategy!r}, not one of {STRATEGIES}")
    return weights[0] * alpha_ir * ir + weights[1] * alpha_vis * vis


def load(path, dtype=torch.float32):
    """The model of a file, ready to fuse (batch norm with its running statistics)."""
    tensors, metadata = safetensors_io.read(path)
    model = Auif(Config.from_metadata(metadata)).to(dtype)
    model.load_tensors(tensors)
    return model.eval()


def save(path, model, metadata=None):
    """Writes a model file: float32, as the format has it."""
    tensors = {name: tensor.to(torch.float32).numpy() for name, tensor in model.tensors().items()}
    file_format = {"format": "auif", "format_version": "1"}
    safetensors_io.write(path, tensors, {**file_format, **asdict(model.config), **(metadata or {})})
