"""Joint unrolling in PyTorch, with all its channels, and the loss that it is trained with.

joint_torch.py MODEL PAIRS -o OUT
    PAIRS has `ir` and `vis` (N, H, W) in [0, 1], at least 41 x 41. OUT gets `fused` (N, H, W), the
    loss's mean over the pairs as `loss` (1), and its gradient by each parameter under the
    parameter's name. All is computed in double.

include/auif/joint_model.h writes the network. Parameters have the names and the shapes of the
tensors in a model file; an encoder's layer is that of auif_torch.py.
"""
import argparse

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import auif_torch
import pair_losses
import safetensors_io

STEPS, PER_LEVEL = 512, 256  # of the tone curve


class Tone:
    """The curve of one pair, (H, W) arrays, by the numbers of a model file's `tone`."""

    def __init__(self, numbers, ir, vis):
        self.share = float(numbers["share"])
        large, small = np.maximum(ir, vis)[::4], np.minimum(ir, vis)[::4]
        # Every fourth row is looked at. Which step a pixel falls into is decided in single precision.
        s = large.astype(np.float32) + np.float32(numbers["share"]) * small.astype(np.float32)
        steps = (s * np.float32(PER_LEVEL)).astype(int)
        p = np.bincount(steps.ravel(), minlength=STEPS) / steps.size
        self.shift = self.share * small.mean()
        middles = (np.arange(STEPS) + 0.5) / PER_LEVEL - self.shift
        mean = p @ middles
        deviation = np.sqrt(p @ (middles - mean) ** 2)
        below = p.cumsum()
        black = middles[np.argmax(below >= numbers["tail"])]
        white = max(middles[np.argmax(below >= 1 - numbers["tail"])], black + 0.05)
        stretch = numbers["stretch"] + 5 * numbers["stretch_slope"] * (0.2 - deviation)
        equalise = numbers["equalise"] + numbers["equalise_slope"] * (0.5 - mean)
        stretch, equalise = np.clip(stretch, 0, 1), np.clip(equalise, 0, 0.9)
        cut = np.minimum(p, numbers["plateau"] / max(8, (white - black) * PER_LEVEL))
        ranks = np.concatenate([[0], cut.cumsum()]) / cut.sum()
        c = np.arange(STEPS + 1) / PER_LEVEL - self.shift
        stretched = (1 - stretch) * c + stretch * (c - black) / (white - black)
        self.levels = np.clip((1 - equalise) * stretched + equalise * ranks, -0.25, 1.25)

    def look(self, s):
        return np.interp(s, np.arange(STEPS + 1) / PER_LEVEL, self.levels)

    def apply(self, ir, vis):
        """t, A and B."""
        t = self.look(np.maximum(ir, vis) + self.share * np.minimum(ir, vis))
        return t, *(np.clip(self.look(v + self.shift), 0, 1) for v in (ir, vis))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        for i in range(2):
            shapes = {name: (5, 5) for name in ("base", "detail", "closed", "least")}
            shapes["bias"] = (1,)
            zeros = {name: nn.Parameter(torch.zeros(shape)) for name, shape in shapes.items()}
            self.add_module(str(i), nn.ParameterDict(zeros))
        self.share = nn.Parameter(torch.zeros(1))

    def forward(self, x, y, t, n):
        maps = {"base": x - 0.5, "detail": y, "closed": t - 0.5, "least": n - 0.5}
        u = [
            sum(auif_torch.filter_reflect(maps[m], part[m]) for m in maps) + part["bias"]
            for part in self.children()
        ]
        return soft_clip(t + u[0] + self.share * F.relu(u[1]))


def soft_clip(v, bend=0.02):
    low = (v + bend).clamp(min=0) ** 2 / (4 * bend)
    high = 1 - (1 + bend - v).clamp(min=0) ** 2 / (4 * bend)
    return torch.where(v < bend, low, torch.where(v > 1 - bend, high, v))


class Joint(nn.Module):
    def __init__(self, layers, channels):
        super().__init__()
        config = auif_torch.Config("independent", "input", "output", layers, channels)
        self.base = nn.ModuleList(auif_torch.Layer(config) for _ in range(layers))
        self.detail = nn.ModuleList(auif_torch.Layer(config) for _ in range(layers))
        self.decoder = Decoder()
        self.tone = {}

    def forward(self, ir, vis):
        """(N, 1, H, W) from (N, 1, H, W), each pair with a curve of its own."""
        toned = []
        for a, b in zip(ir[:, 0].numpy(), vis[:, 0].numpy()):
            toned.append(np.stack(Tone(self.tone, a, b).apply(a, b)))
        t, a, b = torch.as_tensor(np.stack(toned, 1))[:, :, None]
        x = torch.maximum(auif_torch.base_start(a), auif_torch.base_start(b))
        of_a, of_b = auif_torch.detail_start(a), auif_torch.detail_start(b)
        start = y = torch.where(of_a.abs() >= of_b.abs(), of_a, of_b)
        for base, detail in zip(self.base, self.detail):
            x, y = base(x, t), detail(y, start)
        return self.decoder(x, y, t, torch.minimum(a, b))


def load(path):
    """The model of a file, in double; batch norm keeps its statistics."""
    tensors, metadata = safetensors_io.read(path)
    model = Joint(int(metadata["layers"]), int(metadata["channels"])).double().eval()
    own = {name: v for name, v in model.state_dict().items() if "num_batches_tracked" not in name}
    for name, values in tensors.items():
        if name.startswith("tone."):
            model.tone[name[len("tone.") :]] = float(values[0])
        else:
            own.pop(name).copy_(torch.as_tensor(values))
    if own:
        raise ValueError(f"{path} lacks {sorted(own)}")
    return model


def loss(ir, vis, fused):
    """The mean over the pairs."""
    pairs = [(a[None], b[None], f[None]) for a, b, f in zip(ir, vis, fused)]
    return sum(pair_losses.loss(a, b, torch.maximum(a, b), f) for a, b, f in pairs) / len(pairs)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("pairs")
    parser.add_argument("-o", "--output", required=True)
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    model = load(args.model)
    tensors, _ = safetensors_io.read(args.pairs)
    ir, vis = (torch.from_numpy(tensors[name]).double()[:, None] for name in ("ir", "vis"))
    fused = model(ir, vis)
    total = loss(ir, vis, fused)
    total.backward()
    result = {name: parameter.grad.numpy() for name, parameter in model.named_parameters()}
    result.update(fused=fused[:, 0].detach().numpy(), loss=total.detach().reshape(1).numpy())
    safetensors_io.write(args.output, result)


if __name__ == "__main__":
    main()
