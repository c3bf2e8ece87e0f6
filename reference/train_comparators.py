#!/usr/bin/env python3
"""Trains the networks of DenseFuse and DeepFuse as their papers do, for models/.

reference/train_comparators.py densefuse|deepfuse -o FILE [--steps N] [--seed S] DATA...

DATA are folders of images, searched with their subfolders; both modalities are used as plain grey
images. A network learns to rebuild single crops of 256 x 256 pixels, grey levels 0..255; images are
mirrored to that size where they are smaller. FILE is a safetensors file with the tensors that `auif
fuse --method` reads, and says in its metadata how it was made.

densefuse: squared error + 100 (1 - SSIM), SSIM of contrast and structure only (11 x 11 Gaussian).
deepfuse: 1 - SSIM, with all its terms.
Adam, learning rate 1e-4, which the last tenth of the steps divides by 10.
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

from safetensors_io import write

CROP = 256


def conv(channels_in, channels_out):
    return nn.Conv2d(channels_in, channels_out, 3, padding=1, padding_mode="reflect")


class DenseFuse(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.ModuleDict({
            "conv1_1": conv(1, 16), "dense_block_conv1": conv(16, 16),
            "dense_block_conv2": conv(32, 16), "dense_block_conv3": conv(48, 16)})
        self.decoder = nn.ModuleDict({"conv2_1": conv(64, 64), "conv2_2": conv(64, 32),
                                      "conv2_3": conv(32, 16), "conv2_4": conv(16, 1)})

    def forward(self, x):
        maps = torch.relu(self.encoder["conv1_1"](x))
        for i in (1, 2, 3):
            new = torch.relu(self.encoder[f"dense_block_conv{i}"](maps))
            maps = torch.cat([new, maps], 1)
        for i in (1, 2, 3):
            maps = torch.relu(self.decoder[f"conv2_{i}"](maps))
        return self.decoder["conv2_4"](maps)


class DeepFuse(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.ModuleDict({"conv1_1": conv(1, 16), "conv1_2": conv(16, 32)})
        self.decoder = nn.ModuleDict({"conv2_1": conv(32, 32), "conv2_2": conv(32, 16),
                                      "conv2_3": conv(16, 1)})

    def forward(self, x):
        maps = self.encoder["conv1_2"](torch.relu(self.encoder["conv1_1"](x)))
        for i in (1, 2):
            maps = torch.relu(self.decoder[f"conv2_{i}"](maps))
        return self.decoder["conv2_3"](maps)


def ssim(x, y, luminance):
    """Mean over all windows that lie inside; grey levels 0..255."""
    at = torch.arange(11, device=x.device) - 5.0
    line = torch.exp(-at * at / (2 * 1.5 * 1.5))
    line = line / line.sum()

    def blur(t):
        return functional.conv2d(functional.conv2d(t, line.view(1, 1, 11, 1)), line.view(1, 1, 1, 11))

    mx, my = blur(x), blur(y)
    vx, vy, cov = blur(x * x) - mx * mx, blur(y * y) - my * my, blur(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    value = (2 * cov + c2) / (vx + vy + c2)
    if luminance:
        value = value * (2 * mx * my + c1) / (mx * mx + my * my + c1)
    return value.mean()


LOSSES = {
    "densefuse": lambda x, y: functional.mse_loss(y, x) + 100 * (1 - ssim(x, y, False)),
    "deepfuse": lambda x, y: 1 - ssim(x, y, True),
}
NETWORKS = {"densefuse": DenseFuse, "deepfuse": DeepFuse}


def read_images(folders):
    images, content = [], hashlib.sha256()
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
            if image is None:
                continue
            content.update(image.tobytes())
            down, right = (max(0, CROP - side) for side in image.shape)
            images.append(np.pad(image, ((0, down), (0, right)), "reflect"))
    return images, content.hexdigest()[:16]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=sorted(NETWORKS))
    parser.add_argument("data", nargs="+", type=pathlib.Path)
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--steps", type=int, default=24000)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    choose = np.random.default_rng(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    images, fingerprint = read_images(options.data)
    images = [torch.from_numpy(image).to(device) for image in images]
    network = NETWORKS[options.network]().to(device)
    loss_of = LOSSES[options.network]
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [options.steps * 9 // 10])
    start = time.time()
    mean = None
    for step in range(1, options.steps + 1):
        crops = []
        for i in choose.integers(len(images), size=options.batch):
            y, x = (choose.integers(side - CROP + 1) for side in images[i].shape)
            crops.append(images[i][y:y + CROP, x:x + CROP])
        batch = torch.stack(crops)[:, None].float()
        loss = loss_of(batch, network(batch))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        scheduler.step()
        mean = loss.detach() if mean is None else 0.99 * mean + 0.01 * loss.detach()
        if step % 1000 == 0 or step == options.steps:
            print(f"step {step}: loss {float(mean):.5f}, {time.time() - start:.0f} s", flush=True)

    tensors = {}
    for name, value in network.state_dict().items():
        part, layer, kind = name.split(".")
        key = f"{part}/{layer}/{'kernel' if kind == 'weight' else 'bias'}"
        tensors[key] = value.cpu().numpy()
    write(options.output, tensors, {
        "network": options.network,
        "images": f"{len(images)}, fingerprint {fingerprint}",
        "steps": str(options.steps), "batch": str(options.batch), "seed": str(options.seed),
        "loss": f"{float(mean):.5f}", "device": torch.cuda.get_device_name() if device == "cuda" else "CPU",
        "seconds": f"{time.time() - start:.0f}", "torch": torch.__version__})


if __name__ == "__main__":
    main()
