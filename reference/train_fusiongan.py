#!/usr/bin/env python3
"""Trains FusionGAN's generator (Ma et al., Information Fusion 48, 2019) for models/.

reference/train_fusiongan.py -o FILE [--steps N] [--minutes M] [--seed S] [--best FILE] DATA...
    [--validate DATA...] [--held-out K]

DATA are folders with `ir` and `vis`, whose files belong together by name. Of the training pairs
every K-th is held out for validation, together with the pairs of --validate.

    generator      (D(F) - a)^2 + 100 [mean (F - ir)^2 + 5 mean (laplace F - laplace vis)^2]
    discriminator  (D(vis) - b)^2 + (D(F) - c)^2

with a, b from U[0.7, 1.2] and c from U[0, 0.3], drawn for each crop. D: 3x3 convolutions of stride
2 with 32, 64, 128, 256 channels, batch norm but in the first, leaky ReLU 0.2, and a dense layer.
Spectral norm on all weights. Adam, 1e-4, which the last tenth divides by 10; two steps of D to one
of the generator, 32 crops of 132 x 132 pixels at random places, of which F keeps 120 x 120.

Every minute, validation: whole images fused as `auif fuse` does, the second factor of 100 above.
FILE is then written as a safetensors file: the generator so far, spectral norm folded in, and in
its metadata how it was made. --best: that of the least validation loss.
"""
import argparse
import hashlib
import pathlib
import time

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from fusiongan import BORDER, SLOPE, Generator
from safetensors_io import write

CROP = 132
RESULT = CROP - 2 * BORDER
CONTENT, GRADIENT = 100, 5


class SpectralLayer(nn.Module):
    """A convolution (size > 0) or a dense layer whose weight is divided by its largest singular
    value, followed by one step of the power method a pass while training."""

    def __init__(self, channels_in, out, size, stride=1):
        super().__init__()
        self.stride = stride
        shape = (out, channels_in, size, size) if size else (out, channels_in)
        self.weight = nn.Parameter(nn.init.trunc_normal_(torch.empty(shape), 0, 1e-3, -2e-3, 2e-3))
        self.bias = nn.Parameter(torch.zeros(out))
        self.register_buffer("u", functional.normalize(torch.randn(out), dim=0))

    def normalized(self):
        matrix = self.weight.flatten(1)
        with torch.no_grad():
            v = functional.normalize(matrix.t() @ self.u, dim=0)
            u = functional.normalize(matrix @ v, dim=0)
            if self.training:
                self.u.copy_(u)
        return self.weight / torch.dot(u, matrix @ v)

    def forward(self, x):
        if self.weight.dim() == 2:
            return functional.linear(x, self.normalized(), self.bias)
        return functional.conv2d(x, self.normalized(), self.bias, self.stride)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        channels, side = (1, 32, 64, 128, 256), RESULT
        self.layers = nn.ModuleList()
        for i in range(4):
            self.layers.append(SpectralLayer(channels[i], channels[i + 1], 3, 2))
            side = (side - 3) // 2 + 1
        self.norms = nn.ModuleList(nn.BatchNorm2d(c, track_running_stats=False)
                                   for c in channels[2:])
        self.last = SpectralLayer(channels[-1] * side * side, 1, 0)

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i > 0:
                x = self.norms[i - 1](x)
            x = functional.leaky_relu(x, SLOPE)
        return self.last(x.flatten(1))


def laplace(x):
    kernel = x.new_tensor([[0, 1, 0], [1, -4, 1], [0, 1, 0]]).view(1, 1, 3, 3)
    return functional.conv2d(x, kernel, padding=1)


def content_loss(fused, ir, vis):
    return (functional.mse_loss(fused, ir) +
            GRADIENT * functional.mse_loss(laplace(fused), laplace(vis)))


def read_pairs(folders):
    """Pairs (2, H, W) of grey levels, and the hash of all."""
    pairs, content = [], hashlib.sha256()
    for folder in folders:
        vis = {p.stem: p for p in (folder / "vis").iterdir()}
        for ir in sorted((folder / "ir").iterdir()):
            images = [cv2.imread(str(p), cv2.IMREAD_GRAYSCALE) for p in (ir, vis[ir.stem])]
            pair = np.stack(images)  # an error where sizes differ
            if min(pair.shape[1:]) < CROP:
                continue
            content.update(pair.tobytes())
            pairs.append(pair)
    return pairs, content.hexdigest()[:16]


class Trainer:
    def __init__(self, pairs, options, device):
        self.pairs = [torch.from_numpy(pair).to(device) for pair in pairs]
        # A pair counts by the crops that it has.
        crops = np.array([np.prod([side - CROP + 1 for side in p.shape[1:]]) for p in pairs], float)
        self.share = crops / crops.sum()
        self.batch, self.device = options.batch, device
        self.choose = np.random.default_rng(options.seed)
        torch.manual_seed(options.seed)
        self.generator = Generator(SpectralLayer).to(device, memory_format=torch.channels_last)
        self.discriminator = Discriminator().to(device)
        self.optimizers = [torch.optim.Adam(network.parameters(), lr=1e-4)
                           for network in (self.generator, self.discriminator)]

    def next_batch(self):
        crops = []
        for i in self.choose.choice(len(self.pairs), self.batch, p=self.share):
            y, x = (self.choose.integers(side - CROP + 1) for side in self.pairs[i].shape[1:])
            crops.append(self.pairs[i][:, y:y + CROP, x:x + CROP])
        batch = (torch.stack(crops).float() - 127.5) / 127.5
        return batch.contiguous(memory_format=torch.channels_last)

    def labels(self, low, high):
        return torch.empty(self.batch, 1, device=self.device).uniform_(low, high)

    def step(self):
        """Returns the losses: generator's content and adversarial, discriminator's."""
        batch = self.next_batch()
        ir, vis = batch[:, :, BORDER:-BORDER, BORDER:-BORDER].split(1, 1)
        ir, vis = ir.contiguous(), vis.contiguous()
        # One pass of the generator serves all steps: the discriminator's do not change it.
        fused = self.generator(batch).contiguous()
        for_generator, for_discriminator = self.optimizers
        for _ in range(2):
            loss_d = (functional.mse_loss(self.discriminator(vis), self.labels(0.7, 1.2)) +
                      functional.mse_loss(self.discriminator(fused.detach()), self.labels(0, 0.3)))
            for_discriminator.zero_grad(set_to_none=True)
            loss_d.backward()
            for_discriminator.step()
        content = content_loss(fused, ir, vis)
        adversarial = functional.mse_loss(self.discriminator(fused), self.labels(0.7, 1.2))
        for_generator.zero_grad(set_to_none=True)
        (adversarial + CONTENT * content).backward()
        for_generator.step()
        return torch.stack([content, adversarial, loss_d]).detach()

    def set_rate(self, rate):
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate

    def validate(self, pairs):
        self.generator.eval()
        losses = []
        with torch.no_grad():
            for pair in pairs:
                batch = (torch.from_numpy(pair)[None].to(self.device).float() - 127.5) / 127.5
                fused = self.generator.fuse(batch.contiguous(memory_format=torch.channels_last))
                losses.append(float(content_loss(fused, batch[:, :1], batch[:, 1:])))
        self.generator.train()
        return float(np.mean(losses)) if losses else float("nan")

    def tensors(self):
        self.generator.eval()
        result = {}
        with torch.no_grad():
            for i, layer in enumerate(self.generator.layers, 1):
                kernel = layer.normalized().contiguous()
                result[f"layer{i}/kernel"] = kernel.cpu().numpy()
                result[f"layer{i}/bias"] = layer.bias.detach().cpu().numpy()
        self.generator.train()
        return result


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=pathlib.Path)
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--best")
    parser.add_argument("--validate", nargs="*", default=[], type=pathlib.Path)
    parser.add_argument("--held-out", type=int, default=9)
    parser.add_argument("--steps", type=int, default=20000)  # 10 times 64,000 crops
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    device = "cuda" if torch.cuda.is_available() else "cpu"
    name = torch.cuda.get_device_name() if device == "cuda" else "CPU"
    torch.backends.cudnn.benchmark = False  # chosen once training runs, below
    pairs, fingerprint = read_pairs(options.data)
    held_out = pairs[options.held_out - 1::options.held_out]
    kept = [p for i, p in enumerate(pairs) if (i + 1) % options.held_out]
    others, _ = read_pairs(options.validate)
    trainer = Trainer(kept, options, device)
    print(f"{len(kept)} pairs, {len(held_out)} held out, {len(others)} for validation, {name}",
          flush=True)

    start = time.time()
    step, mean, least, next_check, history = 0, None, float("inf"), 60, []
    while True:
        elapsed = time.time() - start
        done = max(step / options.steps, elapsed / (60 * options.minutes))
        if elapsed >= next_check or done >= 1:
            torch.backends.cudnn.benchmark = False  # every image has another size
            losses = [trainer.validate(some) for some in (held_out, others)]
            next_check += 60
            history.append(f"{step}: {losses[0]:.5f} {losses[1]:.5f}")
            content, adversarial, discriminator = mean.tolist() if step else [float("nan")] * 3
            print(f"step {step}, {elapsed:.0f} s: content {content:.5f}, adversarial "
                  f"{adversarial:.4f}, discriminator {discriminator:.4f}, validation "
                  f"{losses[0]:.5f} held out, {losses[1]:.5f} others", flush=True)
            metadata = {
                "network": "fusiongan",
                "pairs": f"{len(kept)} of {len(pairs)} of "
                         f"{' '.join(folder.name for folder in options.data)}, "
                         f"fingerprint {fingerprint}",
                "steps": step, "batch": options.batch, "crop": CROP, "seed": options.seed,
                "content_loss": f"{content:.5f}", "validation": "; ".join(history),
                "device": name, "seconds": f"{elapsed:.0f}", "torch": torch.__version__}
            write(options.output, trainer.tensors(), metadata)
            total = float(np.nansum(losses))
            if options.best and total < least:
                least = total
                write(options.best, trainer.tensors(), metadata)
        if done >= 1:
            return
        torch.backends.cudnn.benchmark = device == "cuda"
        trainer.set_rate(1e-4 if done < 0.9 else 1e-5)
        losses = trainer.step()
        mean = losses if mean is None else 0.99 * mean + 0.01 * losses
        step += 1
        # The clock sees what was computed, not what was asked for.
        if device == "cuda" and step % 10 == 0:
            torch.cuda.synchronize()


if __name__ == "__main__":
    main()
