"""The comparators in NumPy and PyTorch, as their public programs compute them: for the table of
bench/compare_methods.py, and an independent check of the images. All take grey levels 0..255, float64
arrays of one size, and return what would be written, uint8."""
import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "reference"))
import safetensors_io  # noqa: E402

MODELS = ROOT / "models"


def to_levels(image):
    return np.uint8(np.clip(np.floor(image + 0.5), 0, 255))


def stretch(image):
    return to_levels((image - image.min()) / (image.max() - image.min()) * 255)


def adf(ir, vis):
    """Perona-Malik diffusion over eight neighbours, zeros outside; Karhunen-Loeve for the details."""
    def diffuse(image):
        for _ in range(10):
            wide = np.pad(image, 1)
            change = 0
            for dy in (-1, 0, 1):
                for dx in (-1, 0, 1):
                    if dy == dx == 0:
                        continue
                    step = wide[1 + dy:wide.shape[0] - 1 + dy, 1 + dx:wide.shape[1] - 1 + dx] - image
                    weight = 0.5 if dy and dx else 1
                    change = change + weight * np.exp(-(step / 30) ** 2) * step
            image = image + 0.15 * change
        return image

    images = [ir / 255, vis / 255]
    bases = [diffuse(image) for image in images]
    details = [image - base for image, base in zip(images, bases)]
    values, vectors = np.linalg.eigh(np.cov(np.stack([d.ravel() for d in details])))
    v = vectors[:, np.argmax(values)]
    v = v / v.sum()
    return to_levels(255 * (v[0] * details[0] + v[1] * details[1] + (bases[0] + bases[1]) / 2))


def tsifvs(ir, vis):
    def mean(image, radius=17):
        wide = np.pad(image, radius, "wrap")
        sums = np.pad(wide.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        n = 2 * radius + 1
        return (sums[n:, n:] - sums[:-n, n:] - sums[n:, :-n] + sums[:-n, :-n]) / n ** 2

    def median(image):
        wide = np.pad(image, 1)
        h, w = image.shape
        return np.median(np.stack([wide[y:y + h, x:x + w] for y in range(3) for x in range(3)]), 0)

    images = [ir, vis]
    bases = [mean(image) for image in images]
    saliency = [(b - median(image)) ** 2 for b, image in zip(bases, images)]
    both = saliency[0] + saliency[1]
    weight = np.where(both > 0, saliency[0] / np.where(both > 0, both, 1), 0.5)
    details = [image - b for image, b in zip(images, bases)]
    return to_levels(weight * details[0] + (1 - weight) * details[1] + (bases[0] + bases[1]) / 2)


def low_pass(image, lam=5, pad=16):
    wide = np.pad(image, pad, "symmetric")
    power = [2 - 2 * np.cos(2 * np.pi * np.arange(n) / n) for n in wide.shape]
    spectrum = np.fft.fft2(wide) / (1 + lam * (power[0][:, None] + power[1][None]))
    return np.fft.ifft2(spectrum).real[pad:-pad, pad:-pad]


def csr(ir, vis, lam=0.01, most=500, tolerance=1e-3):
    dictionary = safetensors_io.read(MODELS / "csr-dictionary.safetensors")[0]["D"]
    h, w = ir.shape
    filters = torch.zeros(len(dictionary), h, w)
    filters[:, :dictionary.shape[1], :dictionary.shape[2]] = torch.from_numpy(dictionary)
    spectra = torch.fft.rfft2(filters)
    power = (spectra.abs() ** 2).sum(0)

    def code(signal):
        s = torch.fft.rfft2(torch.from_numpy(np.float32(signal)))
        target, rho = 1 + 18.3 ** (np.log10(lam) + 1), 50 * lam + 1
        y = torch.zeros_like(filters)
        u = torch.zeros_like(filters)
        for k in range(most):
            b = spectra.conj() * s + rho * torch.fft.rfft2(y - u)
            dots = (spectra * b).sum(0) / (rho + power)
            x = torch.fft.irfft2((b - spectra.conj() * dots) / rho, s=(h, w))
            relaxed = 1.8 * x - 0.8 * y
            old = y
            y = functional.softshrink(relaxed + u, lam / rho)
            u = u + relaxed - y
            r = float((x - y).norm() / max(x.norm(), y.norm()))
            d = float((old - y).norm() / u.norm())
            if max(r, d) <= tolerance:
                break
            if k > 0 and k + 1 < 250:
                scaling = np.sqrt(r / (d * target))
                scaling = min(scaling if scaling >= 1 else 1 / scaling, 100)
                factor = 1
                if r > target * 1.2 * d:
                    factor = scaling
                if d > 1.2 / target * r:
                    factor = 1 / scaling
                rho *= factor
                u = u / factor
        return y

    bases = [low_pass(image / 255) for image in (ir, vis)]
    codes = [code(image / 255 - base) for image, base in zip((ir, vis), bases)]
    activity = [functional.avg_pool2d(c.abs().sum(0)[None, None], 7, 1, 3)[0, 0] for c in codes]
    fused = torch.where(activity[0] > activity[1], codes[0], codes[1])
    detail = torch.fft.irfft2((spectra * torch.fft.rfft2(fused)).sum(0), s=(h, w)).numpy()
    return to_levels(255 * ((bases[0] + bases[1]) / 2 + detail))


def network(name):
    import train_comparators

    made = train_comparators.NETWORKS[name]()
    tensors, _ = safetensors_io.read(MODELS / f"{name}.safetensors")
    made.load_state_dict({key.replace("/", ".").replace("kernel", "weight"): torch.from_numpy(value)
                          for key, value in tensors.items()})
    return made.eval()


def as_input(image):
    return torch.from_numpy(np.float32(image))[None, None]


def densefuse(ir, vis):
    made = network("densefuse")

    def encode(x):
        maps = torch.relu(made.encoder["conv1_1"](x))
        for i in (1, 2, 3):
            maps = torch.cat([torch.relu(made.encoder[f"dense_block_conv{i}"](maps)), maps], 1)
        return maps

    maps = encode(as_input(ir)) + encode(as_input(vis))
    for i in (1, 2, 3):
        maps = torch.relu(made.decoder[f"conv2_{i}"](maps))
    return stretch(made.decoder["conv2_4"](maps)[0, 0].numpy())


def deepfuse(ir, vis):
    made = network("deepfuse")

    def encode(x):
        return made.encoder["conv1_2"](torch.relu(made.encoder["conv1_1"](x)))

    maps = encode(as_input(ir)) + encode(as_input(vis))
    for i in (1, 2):
        maps = torch.relu(made.decoder[f"conv2_{i}"](maps))
    return stretch(made.decoder["conv2_3"](maps)[0, 0].numpy())


def fusiongan(ir, vis):
    import fusiongan as reference

    made = reference.load(MODELS / "fusiongan.safetensors").float()
    pair = (torch.from_numpy(np.float32(np.stack([ir, vis])))[None] - 127.5) / 127.5
    return stretch(127.5 * made.fuse(pair)[0, 0].numpy() + 127.5)


METHODS = {f.__name__: f for f in (adf, tsifvs, csr, densefuse, deepfuse, fusiongan)}
