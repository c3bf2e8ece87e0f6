"""Tests of joint unrolling's reference program. They need no files."""
import os
import sys
import tempfile
import unittest

import numpy as np
import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import joint_torch
import safetensors_io


def random_double(*shape, seed=0):
    return torch.rand(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


class JointTest(unittest.TestCase):
    NUMBERS = {
        "share": 0.25, "tail": 0.01, "stretch": 0.5, "stretch_slope": 0,
        "equalise": 0.2, "equalise_slope": 0, "plateau": 4,
    }  # fmt: skip

    def test_curve_of_a_constant_pair(self):
        halves = np.full((10, 10), 0.5)
        tone = joint_torch.Tone(self.NUMBERS, halves, halves)
        self.assertEqual(tone.shift, 0.125)
        black = 160.5 / 256 - 0.125  # s is 5/8, in step 160
        for step, rank in (155, 0), (160, 0), (161, 1), (165, 1):
            c = step / 256 - 0.125
            expected = 0.8 * (0.5 * c + 0.5 * (c - black) / 0.05) + 0.2 * rank
            self.assertAlmostEqual(tone.levels[step], expected, delta=1e-12)
        t, a, b = tone.apply(halves, halves)
        self.assertAlmostEqual(t[3, 4], 0.184375, delta=1e-12)
        self.assertEqual(a[3, 4], t[3, 4])

    def test_soft_clip(self):
        v = torch.tensor([-3, -0.02, 0, 0.02, 0.5, 0.98, 1, 3]).double().requires_grad_()
        clipped = joint_torch.soft_clip(v)
        clipped.sum().backward()
        np.testing.assert_allclose(
            clipped.detach(), [0, 0, 0.005, 0.02, 0.5, 0.98, 0.995, 1], atol=1e-8
        )
        np.testing.assert_allclose(v.grad, [0, 0, 0.5, 1, 1, 1, 0.5, 0], atol=1e-6)

    def test_a_network_of_zeros_gives_the_curve(self):
        model = joint_torch.Joint(2, 3).double().eval()
        model.tone = self.NUMBERS
        ir, vis = random_double(2, 1, 12, 15), random_double(2, 1, 12, 15, seed=1)
        fused = model(ir, vis)
        for i in range(2):
            pair = ir[i, 0].numpy(), vis[i, 0].numpy()
            t = torch.as_tensor(joint_torch.Tone(self.NUMBERS, *pair).apply(*pair)[0])
            torch.testing.assert_close(fused[i, 0], joint_torch.soft_clip(t))

    def test_files_that_lack_tensors(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model")
            safetensors_io.write(path, {}, {"layers": 1, "channels": 2})
            with self.assertRaises(ValueError):
                joint_torch.load(path)


if __name__ == "__main__":
    unittest.main()
