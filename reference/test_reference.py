"""Tests of the reference program. They need no files."""
import itertools
import json
import os
import struct
import sys
import tempfile
import unittest

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import auif_torch
import fuse
import learn_dictionary
import make_model
import pair_losses
import safetensors_io
import train_reference
from auif_torch import Config

FORMS = [
    Config(kernels, padding, activation, layers=2, channels=3)
    for kernels, padding, activation in itertools.product(
        ("adjoint", "independent"), ("input", "feature"), ("gradient", "output")
    )
]


def random_double(*shape, seed=0):
    return torch.rand(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def layer_of(config):
    return make_model.random_model(config, seed=1).double().base[0]


def collapse(k1, k2):
    """K[u] = sum_c sum_a k2_c[a] k1_c[u - a], (5, 5)."""
    kernel = torch.zeros(5, 5, dtype=k1.dtype)
    for y, x in itertools.product(range(3), range(3)):
        kernel[y : y + 3, x : x + 3] += (k2[0, :, y, x, None, None] * k1[:, 0]).sum(0)
    return kernel


class TempDirTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)


class SafetensorsTest(TempDirTest):
    def test_round_trip(self):
        tensors = {
            "f32": np.arange(6, dtype=np.float32).reshape(2, 3),
            "f64": np.array([1 / 3]),
            "strided": np.arange(12.0).reshape(3, 4).T,
            "i64": np.array([-1, 2**40]),
            "empty": np.zeros((0, 2), np.float32),
            "scalar": np.float64(2.5),
        }
        safetensors_io.write(self.path("x"), tensors, {"layers": 10})
        read, metadata = safetensors_io.read(self.path("x"))
        self.assertEqual(metadata, {"layers": "10"})
        self.assertEqual(read.keys(), tensors.keys())
        for name, values in tensors.items():
            np.testing.assert_array_equal(read[name], values)
            self.assertEqual(read[name].dtype, values.dtype)

    def test_layout(self):
        safetensors_io.write(self.path("x"), {"a": np.float32([1, 2])})
        with open(self.path("x"), "rb") as file:
            data = file.read()
        (length,) = struct.unpack("<Q", data[:8])
        self.assertEqual(length % 8, 0)
        header = {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
        self.assertEqual(json.loads(data[8 : 8 + length]), header)
        self.assertEqual(data[8 + length :], struct.pack("<ff", 1, 2))


class StartTest(unittest.TestCase):
    def test_filters(self):
        image = random_double(1, 1, 12, 10)
        padded = np.pad(image[0, 0].numpy(), 9, mode="reflect")
        base, detail = np.zeros((12, 10)), np.zeros((12, 10))
        for y, x in itertools.product(range(12), range(10)):
            window = padded[y : y + 19, x : x + 19]
            base[y, x] = window[4:15, 4:15].mean()
            detail[y, x] = (window.sum() - 361 * window[9, 9]) / 720
        np.testing.assert_allclose(auif_torch.base_start(image)[0, 0], base, atol=1e-14)
        np.testing.assert_allclose(auif_torch.detail_start(image)[0, 0], detail, atol=1e-14)


class LayerTest(unittest.TestCase):
    def test_step_by_hand(self):
        """Conv1 and Conv2 are a single centre tap of 2: Conv2(Conv1(x)) = 4 x."""
        x, image = torch.tensor([0.5, -0.5]).double(), torch.tensor([1.0, 1.0]).double()
        # fidelity = theta (I - x) = 0.2 (1 - x) = {0.1, 0.3}; BN(z) = 3 (z - 1) / 2 + 0.5.
        # gradient: BN(4 x) = {2, -4}, PReLU {2, -1}; x - 0.1 ({2, -1} - {0.1, 0.3})
        # output: x - 0.1 (4 x - {0.1, 0.3}) = {0.31, -0.27}, BN {-0.535, -1.405}, PReLU / 4
        expected = {"gradient": [0.31, -0.37], "output": [-0.13375, -0.35125]}
        for config in FORMS:
            config = Config(config.kernels, config.padding, config.activation, 1, 1)
            layer = auif_torch.Layer(config).double().eval()
            with torch.no_grad():
                for kernel in layer.conv_kernels():
                    kernel.zero_()[0, 0, 1, 1] = 2
                layer.eta.fill_(0.1)
                layer.theta.fill_(0.2)
                layer.prelu.fill_(0.25)
                layer.bn.weight.fill_(3)
                layer.bn.bias.fill_(0.5)
                layer.bn.running_mean.fill_(1)
                layer.bn.running_var.fill_(4 - layer.bn.eps)
                # Each row has the two values above, the first of them again in the third column.
                maps = [v.repeat(3, 2)[:, :3][None, None] for v in (x, image)]
                result = layer(*maps)[0, 0, 1, :2]
            with self.subTest(config):
                np.testing.assert_allclose(result, expected[config.activation], atol=1e-14)

    def test_adjoint(self):
        """<Conv1 x, y> = <x, Conv2 y> where nothing is cut off: zeros around x, y full size."""
        k1, k2 = layer_of(Config(channels=5)).conv_kernels()
        x, y = random_double(1, 1, 7, 6), random_double(1, 5, 9, 8, seed=1)
        left = (F.conv2d(x, k1, padding=2) * y).sum()
        right = (x * F.conv2d(y, k2)).sum()
        torch.testing.assert_close(left, right, rtol=1e-13, atol=0)

    def test_collapse_input_padding(self):
        x = random_double(1, 1, 9, 11)
        for kernels in ("adjoint", "independent"):
            layer = layer_of(Config(kernels, "input"))
            kernel = collapse(*layer.conv_kernels())
            expected = auif_torch.filter_reflect(x, kernel)
            # Sums of 64 channels in another order, in double.
            scale = kernel.abs().sum().item()
            torch.testing.assert_close(layer.conv2_conv1(x), expected, rtol=0, atol=1e-14 * scale)

    def test_collapse_feature_padding(self):
        """Nine kernels: a tap of Conv2 outside the image moves onto its mirror tap."""
        x = random_double(1, 1, 9, 11)
        height, width = x.shape[2:]
        for kernels in ("adjoint", "independent"):
            layer = layer_of(Config(kernels, "feature"))
            k1, k2 = layer.conv_kernels()
            result = layer.conv2_conv1(x)[0, 0]
            scale = collapse(k1, k2).abs().sum().item()
            inner = auif_torch.filter_reflect(x, collapse(k1, k2))[0, 0]
            self.assertGreater((result - inner)[0].abs().max().item(), 1e-3 * scale)
            rows = {0: [0], 1: range(1, height - 1), 2: [height - 1]}
            columns = {0: [0], 1: range(1, width - 1), 2: [width - 1]}
            for row, column in itertools.product(rows, columns):
                folded = k2.clone()
                if row != 1:
                    folded[:, :, 2 - row] += folded[:, :, row]
                    folded[:, :, row] = 0
                if column != 1:
                    folded[:, :, :, 2 - column] += folded[:, :, :, column]
                    folded[:, :, :, column] = 0
                expected = auif_torch.filter_reflect(x, collapse(k1, folded))[0, 0]
                for y, z in itertools.product(rows[row], columns[column]):
                    self.assertAlmostEqual(
                        result[y, z].item(), expected[y, z].item(), delta=1e-14 * scale
                    )


class NetworkTest(unittest.TestCase):
    def test_steps_of_zero_leave_the_start(self):
        """With eta = 0 the maps are B0 and D0, and the image is rebuilt from their sum."""
        model = auif_torch.Auif(Config(layers=2, channels=2)).double().eval()
        image = random_double(1, 1, 11, 13)
        start = auif_torch.base_start(image), auif_torch.detail_start(image)
        with torch.no_grad():
            for layer in [*model.base, *model.detail]:
                layer.eta.zero_()
            torch.testing.assert_close(model.encode(image), start, rtol=0, atol=0)
            model.decoder.conv.weight.zero_()[0, 0, 1, 1] = 3
            model.decoder.bn.running_mean.fill_(0.2)
            model.decoder.bn.running_var.fill_(0.25 - model.decoder.bn.eps)
            expected = torch.sigmoid((3 * (start[0] + start[1]) - 0.2) / 0.5)
            torch.testing.assert_close(model(image), expected, rtol=1e-12, atol=0)


class FuseTest(unittest.TestCase):
    def test_strategies(self):
        ir, vis = random_double(1, 1, 6, 7) - 0.5, random_double(1, 1, 6, 7, seed=1) - 0.5
        merge = auif_torch.merge
        torch.testing.assert_close(merge(ir, vis, "add", (1, 1)), ir + vis)
        torch.testing.assert_close(merge(ir, vis, "add", (2, -3)), 2 * ir - 3 * vis)
        torch.testing.assert_close(merge(ir, vis, "average", (1, 3)), (ir + 3 * vis) / 2)

        a, b = (np.pad(z[0, 0].abs().numpy(), 1, mode="reflect") for z in (ir, vis))
        weight = np.zeros((6, 7))
        for y, x in itertools.product(range(6), range(7)):
            active_a, active_b = (z[y : y + 3, x : x + 3].sum() for z in (a, b))
            weight[y, x] = active_a / (active_a + active_b)
        expected = weight * ir[0, 0].numpy() + 2 * (1 - weight) * vis[0, 0].numpy()
        np.testing.assert_allclose(merge(ir, vis, "l1", (1, 2))[0, 0], expected, atol=1e-15)

    def test_l1_of_nothing_is_nothing(self):
        zero = torch.zeros(1, 1, 4, 4)
        self.assertEqual(auif_torch.merge(zero, zero, "l1", (1, 1)).abs().max().item(), 0)

    def test_unknown_strategy(self):
        with self.assertRaises(ValueError):
            auif_torch.merge(torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 4, 4), "max", (1, 1))

    def test_weights_reach_their_maps(self):
        model = make_model.random_model(FORMS[0], seed=1).double()
        ir, vis = random_double(1, 1, 12, 13), random_double(1, 1, 12, 13, seed=1)
        with torch.no_grad():
            maps = [*model.encode(ir), *model.encode(vis)]
            weights = (2.0, 3.0, 5.0, 7.0)  # base_ir, base_vis, detail_ir, detail_vis
            total = 2 * maps[0] + 5 * maps[1] + 3 * maps[2] + 7 * maps[3]
            fused = model.fuse(ir, vis, "add", weights)
            torch.testing.assert_close(fused, model.decoder(total), rtol=1e-12, atol=0)


class ModelFileTest(TempDirTest):
    def test_each_form_survives_its_file(self):
        pair = random_double(2, 14, 12).numpy()
        for config in FORMS:
            model = make_model.random_model(config, seed=2)
            auif_torch.save(self.path("m"), model)
            loaded = auif_torch.load(self.path("m"))
            self.assertEqual(loaded.config, config)
            np.testing.assert_array_equal(fuse.fuse(loaded, *pair), fuse.fuse(model, *pair))

    def test_names_and_shapes(self):
        common = ["bn.bias", "bn.running_mean", "bn.running_var", "bn.weight"]
        owns = {"adjoint": {"kernel"}, "independent": {"conv1.weight", "conv2.weight"}}
        for kernels, own in owns.items():
            model = auif_torch.Auif(Config(kernels, layers=1, channels=4))
            names = {*common, "eta", "theta", "prelu", *own}
            expected = {f"{e}.0.{n}" for e in ("base", "detail") for n in names}
            expected |= {"decoder." + n for n in ("conv.weight", *common)}
            self.assertEqual(model.tensors().keys(), expected)
        self.assertEqual(model.tensors()["base.0.conv1.weight"].shape, (4, 1, 3, 3))
        self.assertEqual(model.tensors()["base.0.conv2.weight"].shape, (1, 4, 3, 3))

    def test_misfits_are_refused(self):
        model = auif_torch.Auif(FORMS[0])
        good = {name: tensor.numpy() for name, tensor in model.tensors().items()}
        for bad in ({**good, "extra": np.zeros(1)}, {**good, "base.0.eta": np.zeros(2)}):
            with self.assertRaises(ValueError):
                model.load_tensors(bad)
        with self.assertRaises(ValueError):
            Config(padding="zero")

    def test_random_models_are_sane(self):
        """With the paper's size, other images than those of the statistics stay of order one."""
        torch.manual_seed(5)
        image = make_model.random_images(1, 24, 32)
        for config in (auif_torch.PAPER, auif_torch.RELEASE):
            model = make_model.random_model(config, seed=3)
            with torch.no_grad():
                for feature_map in model.encode(image):
                    self.assertGreater(feature_map.std().item(), 0.01)
                    self.assertLess(feature_map.abs().max().item(), 30)
                self.assertGreater(model(image).std().item(), 0.01)

    def test_command_lines(self):
        model, out = self.path("m.safetensors"), self.path("out.safetensors")
        make_model.main(["--random", "4", "--layers", "2", "--channels", "3", "-o", model])
        pair = random_double(2, 10, 16).numpy()
        np.save(self.path("ir.npy"), pair[0])
        safetensors_io.write(self.path("vis.safetensors"), {"image": pair[1]})
        sources = [self.path("ir.npy"), self.path("vis.safetensors")]
        fuse.main([model, *sources, "-o", out, "--strategy", "l1", "--double"])
        fused = safetensors_io.read(out)[0]["fused"]
        self.assertEqual((fused.shape, fused.dtype), ((10, 16), np.float64))
        np.testing.assert_array_equal(
            fused, fuse.fuse(auif_torch.load(model, torch.float64), *pair, "l1")
        )
        images = random_double(2, 3, 1, 12, 12).numpy()
        safetensors_io.write(self.path("k"), {"images": images})
        arguments = ["trajectory", model, self.path("k"), "-o", out, "--final", self.path("f")]
        train_reference.main(arguments)
        self.assertEqual(safetensors_io.read(out)[0]["loss"].shape, (2,))
        auif_torch.load(self.path("f"))
        safetensors_io.write(self.path("n"), {"images": images[0]})
        train_reference.main(["gradients", model, self.path("n"), "-o", out])
        names = auif_torch.load(model).tensors().keys() | {"loss", "mse", "ssim"}
        self.assertEqual(safetensors_io.read(out)[0].keys(), names)


class DictionaryTest(unittest.TestCase):
    """Maps of few values, and what patterns make of them by circular convolution."""

    def setUp(self):
        shape = (16, 12)
        self.filters = random_double(3, 4, 4) - 0.5
        self.filters /= self.filters.square().sum((1, 2), keepdim=True).sqrt()
        chosen = random_double(2, 3, *shape, seed=1) > 0.9
        self.maps = chosen * (random_double(2, 3, *shape, seed=2) - 0.5)
        self.signals = self.convolve(self.filters)
        self.statistics = learn_dictionary.statistics(
            torch.fft.rfft2(self.maps), torch.fft.rfft2(self.signals)[:, None], shape, 4)

    def convolve(self, filters):
        result = torch.zeros(2, 16, 12, dtype=torch.float64)
        for m, i, j in itertools.product(range(3), range(4), range(4)):
            result += filters[m, i, j] * self.maps[:, m].roll((i, j), (1, 2))
        return result

    def test_statistics_give_the_squared_error(self):
        matrix, vector = self.statistics
        other = random_double(3, 4, 4, seed=3)
        d = other.reshape(-1)
        value = 0.5 * d @ matrix @ d - vector @ d + 0.5 * self.signals.square().sum()
        direct = 0.5 * (self.convolve(other) - self.signals).square().sum()
        self.assertAlmostEqual(float(value / direct), 1, places=12)

    def test_minimum_is_where_the_signal_came_from(self):
        start = random_double(3, 4, 4, seed=4) - 0.5
        start /= start.square().sum((1, 2), keepdim=True).sqrt()
        found = learn_dictionary.minimise(start, *self.statistics, iterations=2000)
        self.assertLess(float((found - self.filters).abs().max()), 1e-6)

    def test_patterns_are_not_longer_than_1(self):
        matrix, vector = self.statistics
        found = learn_dictionary.minimise(self.filters, matrix, 3 * vector)
        self.assertLess(float(found.square().sum((1, 2)).max()), 1 + 1e-12)

    def test_codes_fit_the_lasso(self):
        signals = self.signals.float()
        spectra, _, objective = learn_dictionary.code(
            self.filters.float(), signals, 0.01, 5000, 1e-5)
        x = torch.fft.irfft2(spectra, (16, 12))
        error = torch.fft.rfft2(sum(
            self.filters[m, i, j] * x[:, m].roll((i, j), (1, 2))
            for m, i, j in itertools.product(range(3), range(4), range(4))) - signals)[:, None]
        of_filters = torch.fft.rfft2(self.filters, (16, 12))
        gradient = torch.fft.irfft2(of_filters.conj() * error, (16, 12))
        self.assertLess(float(gradient.abs().max()), 0.01 * 1.01)
        zero = x.abs() < 1e-6
        self.assertLess(float((gradient + 0.01 * x.sign())[~zero].abs().max()), 1e-4)
        self.assertLess(objective, float(0.5 * signals.square().sum()) / 2)

    def test_high_pass_of_a_flat_image_is_nothing(self):
        self.assertLess(np.abs(learn_dictionary.high_pass(np.full((9, 7), 0.4))).max(), 1e-12)


class TrainTest(unittest.TestCase):
    def test_ssim_by_hand(self):
        x, y = random_double(1, 1, 5, 6), random_double(1, 1, 5, 6, seed=1)
        line = np.exp(-np.array([1, 0, 1]) / 4.5)
        window = np.outer(line, line) / np.outer(line, line).sum()
        a, b = (np.pad(z[0, 0].numpy(), 1, mode="reflect") for z in (x, y))
        result = train_reference.ssim_map(x, y)[0, 0]
        for i, j in itertools.product(range(5), range(6)):
            p, q = (z[i : i + 3, j : j + 3] for z in (a, b))
            mean_p, mean_q = (window * p).sum(), (window * q).sum()
            var_p = (window * (p - mean_p) ** 2).sum()
            var_q = (window * (q - mean_q) ** 2).sum()
            covariance = (window * (p - mean_p) * (q - mean_q)).sum()
            expected = (2 * mean_p * mean_q + 1e-4) * (2 * covariance + 9e-4)
            expected /= (mean_p**2 + mean_q**2 + 1e-4) * (var_p + var_q + 9e-4)
            self.assertAlmostEqual(result[i, j].item(), expected, delta=1e-12)

    def test_losses(self):
        model = make_model.initial(FORMS[0], seed=1).double()
        images = random_double(2, 1, 12, 12)
        with torch.no_grad():
            total, mse, ssim = train_reference.losses(model, images, train_reference.LossWeights())
            clipped, _, _ = train_reference.losses(model, images, train_reference.LossWeights(clip=True))
            ssims = train_reference.ssim_map(images, model(images))
        self.assertAlmostEqual(total.item(), (mse + 5 * (1 - ssim) / 2).item(), delta=1e-14)
        # Clipping forgives just the negative part of SSIM.
        self.assertGreater((ssims < 0).sum().item(), 0)
        forgiven = 2.5 * ssims.clamp(max=0).mean().item()
        self.assertAlmostEqual(clipped.item(), total.item() + forgiven, delta=1e-14)

    def test_gradients_and_statistics(self):
        for config in FORMS:
            model = make_model.random_model(config, seed=1).double()
            images = random_double(2, 1, 12, 14)
            before = {name: tensor.clone() for name, tensor in model.tensors().items()}
            result = train_reference.gradients(model, images, train_reference.LossWeights())
            model.load_tensors(before)
            for name, parameter in model.named_parameters():
                flat, step = parameter.data.view(-1), 1e-6
                with torch.no_grad():
                    middle = flat[0].item()
                    sides = []
                    for value in (middle + step, middle - step):
                        flat[0] = value
                        sides.append(train_reference.losses(model, images, train_reference.LossWeights())[0].item())
                    flat[0] = middle
                # The central difference errs by about step^2, and by 1e-16 / step in rounding.
                slope = (sides[0] - sides[1]) / (2 * step)
                self.assertAlmostEqual(
                    result[name].flat[0], slope, delta=1e-8 + 1e-6 * abs(slope), msg=name
                )
            # The decoder's batch norm: momentum 0.1, unbiased variance.
            model.load_tensors(before)
            with torch.no_grad():
                base, detail = model.train().encode(images)
                mapped = model.decoder.conv(auif_torch.reflect(base + detail, 1))
            for key, value in (("mean", mapped.mean()), ("var", mapped.var())):
                old = before[f"decoder.bn.running_{key}"]
                torch.testing.assert_close(
                    torch.tensor(result[f"decoder.bn.running_{key}"]), 0.9 * old + 0.1 * value
                )

    def test_trajectory(self):
        model = make_model.random_model(FORMS[0], seed=1).double()
        before = {name: tensor.clone() for name, tensor in model.tensors().items()}
        images = random_double(1, 2, 1, 12, 12).expand(8, -1, -1, -1, -1)
        gradients = train_reference.gradients(model, images[0], train_reference.LossWeights())
        model.load_tensors(before)
        one = train_reference.trajectory(model, images[:1], train_reference.LossWeights(), 1e-2, 1e-3)
        self.assertEqual(one["loss"][0], gradients["loss"][0])
        # Adam's first step is -lr * g / (|g| + eps).
        rates = {
            "base.1.kernel": 1e-2,
            "decoder.conv.weight": 1e-2,
            "detail.0.kernel": 1e-3,
            "detail.1.prelu": 1e-3,
        }
        for name, lr in rates.items():
            g = gradients[name]
            moved = (model.tensors()[name] - before[name]).numpy()
            np.testing.assert_allclose(moved, -lr * g / (np.abs(g) + 1e-8), rtol=1e-9)
        model.load_tensors(before)
        losses = train_reference.trajectory(model, images, train_reference.LossWeights(), 1e-2, 1e-3)["loss"]
        self.assertLess(losses[-1], losses[0])


class PairLossTest(unittest.TestCase):
    def test_equal_images(self):
        image = random_double(1, 1, 43, 47)
        # Both logistic curves at 1.
        edges = 0.9994 / (1 + np.exp(-7.5)) * 0.9879 / (1 + np.exp(-4.4))
        expected = {"vif": 2, "qabf": edges, "ssim": 2, "sd": 1, "sf": 1, "mi": 1, "en": 0}
        for name, value in expected.items():
            result = pair_losses.TERMS[name](image, image, image, image)
            self.assertAlmostEqual(result.item(), value, delta=1e-8, msg=name)
        self.assertAlmostEqual(pair_losses.scd(image, image, 2 * image).item(), 2, delta=1e-6)

    def test_histograms_by_hand(self):
        halves = torch.tensor([0.0, 0, 1, 1]).double()[None, None, None].expand(1, 1, 2, 4)
        self.assertAlmostEqual(
            pair_losses.mi(halves, 1 - halves, halves).item(), 2 * np.log(2), delta=1e-7
        )
        self.assertAlmostEqual(pair_losses.en(halves).item(), 1, delta=1e-7)

    def test_angle_has_its_own_gradient(self):
        """By the squared strength, which has a floor, in place of 3^2 + 4^2."""
        sx, sy, square = (torch.tensor([v]).double() for v in (3.0, 4.0, 50.0))
        sx.requires_grad_(), sy.requires_grad_()
        pair_losses.Angle.apply(sx, sy, square).backward()
        self.assertAlmostEqual(sx.grad.item(), -4 / 50, delta=1e-15)
        self.assertAlmostEqual(sy.grad.item(), 3 / 50, delta=1e-15)


if __name__ == "__main__":
    unittest.main()
