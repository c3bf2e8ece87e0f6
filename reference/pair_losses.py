"""The loss of a fused image beside both of its sources, for comparison.

pair_losses.py IMAGES -o OUT
    IMAGES has `ir`, `vis` and `fused` (H, W) in [0, 1], at least 41 x 41. OUT gets the value of
    each term of TERMS and of `loss` under its name (1), and its gradient by the fused image under
    `gradient.NAME` (H, W). All is computed in double.

Images are (1, 1, H, W) tensors here, `a` and `b` the sources, `f` the fused image. The headers of
src/train/pair explain the formulas and name the papers.
"""
import argparse
import math

import torch
import torch.nn.functional as F

import safetensors_io


def window(size, sigma=None):
    """A separable window (size,) of sum 1: Gaussian, or uniform without sigma."""
    at = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    weights = torch.ones_like(at) if sigma is None else torch.exp(-(at**2) / (2 * sigma**2))
    return weights / weights.sum()


def means(image, weights):
    """Means under the window wherever it lies inside."""
    return F.conv2d(F.conv2d(image, weights.view(1, 1, -1, 1)), weights.view(1, 1, 1, -1))


def moments(r, f, weights):
    """Means, variances and covariance of two images under the window."""
    mean_r, mean_f = means(r, weights), means(f, weights)
    return (
        mean_r,
        mean_f,
        means(r * r, weights) - mean_r**2,
        means(f * f, weights) - mean_f**2,
        means(r * f, weights) - mean_r * mean_f,
    )


def vifp_of(r, f):
    """VIFp of one source."""
    eye, tiny = 2 / 255**2, 1e-10 / 255**2
    kept = there = 0
    for size in (17, 9, 5, 3):
        weights = window(size, size / 5)
        if size < 17:
            r, f = means(r, weights)[..., ::2, ::2], means(f, weights)[..., ::2, ::2]
        _, _, var_r, var_f, cov = moments(r, f, weights)
        var_f = var_f.clamp(min=0)
        var_r = torch.where(var_r < tiny, torch.zeros_like(var_r), var_r)
        counts = (var_r >= tiny) & (var_f >= tiny) & (cov > 0)
        gain = torch.where(counts, cov / (var_r + tiny), torch.zeros_like(cov))
        noise = (var_f - gain * cov).clamp(min=tiny)
        kept = kept + torch.log(1 + gain**2 * var_r / (noise + eye)).sum()
        there = there + torch.log(1 + var_r / eye).sum()
    return kept / (there + 1e-8)


def vif(a, b, f):
    return vifp_of(a, f) + vifp_of(b, f)


SOBEL_X = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=torch.float64)
SOBEL_Y = torch.tensor([[1.0, 2, 1], [0, 0, 0], [-1, -2, -1]], dtype=torch.float64)


class Angle(torch.autograd.Function):
    """atan(sy / sx) with a bounded gradient: (sx dsy - sy dsx) / strength^2."""

    @staticmethod
    def forward(ctx, sx, sy, squared_strength):
        ctx.save_for_backward(sx, sy, squared_strength)
        return torch.atan(sy / torch.where(sx.abs() > 1e-6, sx, torch.full_like(sx, 1e-6)))

    @staticmethod
    def backward(ctx, gradient):
        sx, sy, squared_strength = ctx.saved_tensors
        return -gradient * sy / squared_strength, gradient * sx / squared_strength, None


def edges(image):
    """Strength and angle of the edge at each pixel."""
    sx, sy = (F.conv2d(image, kernel[None, None], padding=1) for kernel in (SOBEL_X, SOBEL_Y))
    squared_strength = sx**2 + sy**2 + (0.5 / 255) ** 2
    return squared_strength.sqrt(), Angle.apply(sx, sy, squared_strength)


def qabf(a, b, f):
    strength_f, angle_f = edges(f)
    kept = there = 0
    for source in (a, b):
        strength, angle = edges(source)
        g = torch.minimum(strength, strength_f) / torch.maximum(strength, strength_f)
        alignment = 1 - (angle - angle_f).abs() / (math.pi / 2)
        q = 0.9994 * torch.sigmoid(15 * (g - 0.5)) * 0.9879 * torch.sigmoid(22 * (alignment - 0.8))
        kept = kept + (q * strength).sum()
        there = there + strength.sum()
    return kept / (there + 1e-8)


def ssim(a, b, f):
    c1, c2, unbias = 4e-4 / 255**2, 0.5 / 255**2, 49 / 48
    total = 0
    for source in (a, b):
        mean_r, mean_f, var_r, var_f, cov = moments(source, f, window(7))
        spread = unbias * (var_r.clamp(min=0) + var_f.clamp(min=0)) + c2
        luminance = (2 * mean_r * mean_f + c1) / (mean_r**2 + mean_f**2 + c1)
        total = total + (luminance * (2 * unbias * cov + c2) / spread).mean()
    return total


def sd(f):
    return (f.var(unbiased=False) + 1e-8).sqrt()


def sf(f):
    across, down = f[..., 1:] - f[..., :-1], f[..., 1:, :] - f[..., :-1, :]
    return ((across**2).mean() + (down**2).mean() + 1e-8).sqrt()


def correlation(x, y):
    x, y = x - x.mean(), y - y.mean()
    return (x * y).mean() / (((x**2).mean() + 1e-8) * ((y**2).mean() + 1e-8)).sqrt()


def scd(a, b, f):
    return correlation(a, f - b) + correlation(b, f - a)


def shares(image, nodes):
    """How much each pixel counts for each node, (H W, nodes)."""
    at = image.reshape(-1, 1).clamp(0, 1) * (nodes - 1)
    return (1 - (at - torch.arange(nodes)).abs()).clamp(min=0)


def mi(a, b, f):
    total = 0
    for source in (a, b):
        joint = shares(f, 32).T @ shares(source, 32) / f.numel()
        logs = [torch.log(p + 1e-9) for p in (joint, joint.sum(1, True), joint.sum(0, True))]
        total = total + (joint * (logs[0] - logs[1] - logs[2])).sum()
    return total


def en(f):
    p = shares(f, 64).mean(0)
    return -(p * torch.log2(p + 1e-9)).sum()


def dark(m, f):
    """How far f is black where m is not."""
    return ((0.03 - f).clamp(min=0) * (m > 0.03)).mean()


# What the loss is made of. m: the larger one of the sources at each pixel.
TERMS = {
    "vif": lambda a, b, m, f: vif(a, b, f),
    "qabf": lambda a, b, m, f: qabf(a, b, f),
    "ssim": lambda a, b, m, f: ssim(a, b, f),
    "sd": lambda a, b, m, f: sd(f) / sd(m).clamp(min=0.02),
    "sf": lambda a, b, m, f: sf(f) / sf(m).clamp(min=0.01),
    "scd": lambda a, b, m, f: scd(a, b, f),
    "mi": lambda a, b, m, f: mi(a, b, f) / mi(a, b, m).clamp(min=0.2),
    "en": lambda a, b, m, f: en(f) - en(m),
    "dark": lambda a, b, m, f: dark(m, f),
}
# The weights, and for terms that are to reach a target and no more, that.
WEIGHTS = {"vif": 0.8, "qabf": 4, "ssim": 1.8, "sd": 3, "sf": 3, "scd": 4, "mi": 6, "en": 0, "dark": 0}
TARGETS = {"sd": 1.2, "sf": 1.36, "scd": 1.7, "mi": 1, "en": 0.3}


def loss(a, b, m, f):
    total = 0
    for name, weight in WEIGHTS.items():
        value = TERMS[name](a, b, m, f)
        if name in TARGETS:
            cost = (TARGETS[name] - value).clamp(min=0)
        else:
            cost = value if name == "dark" else -value
        total = total + weight * cost
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("images")
    parser.add_argument("-o", dest="out", required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    tensors, _ = safetensors_io.read(arguments.images)
    a, b, f = (
        torch.from_numpy(tensors[name]).double()[None, None] for name in ("ir", "vis", "fused")
    )
    result = {}
    for name, term in {**TERMS, "loss": loss}.items():
        image = f.clone().requires_grad_()
        value = term(a, b, torch.maximum(a, b), image)
        value.backward()
        result[name] = value.detach().reshape(1).numpy()
        result["gradient." + name] = image.grad[0, 0].numpy()
    safetensors_io.write(arguments.out, result)


if __name__ == "__main__":
    main()
