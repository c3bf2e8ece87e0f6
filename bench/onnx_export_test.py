"""The ONNX graph, as OpenCV's dnn computes it, gives what PyTorch gives from the model file.

Exit code 77 (skipped) without PyTorch or OpenCV.
"""
import sys
import tempfile
import unittest
from pathlib import Path

try:
    import cv2
    import torch
except ImportError as error:
    print(f"skipped: {error}; scripts/install-deps.sh test installs it")
    sys.exit(77)

import onnx_export  # puts reference/ on the path
import auif_torch
import fuse
import make_model

FORMS = {
    "paper": auif_torch.Config("independent", "input", "output", layers=3, channels=8),
    "release": auif_torch.Config("adjoint", "feature", "gradient", layers=3, channels=8),
    "default": auif_torch.Config("adjoint", "input", "gradient", layers=3, channels=8),
}
# float32 on both sides, in another order. Measured: at most 6e-6.
TOLERANCE = 2e-5


class OnnxExportTest(unittest.TestCase):
    def test_dnn_agrees_with_pytorch_at_any_size(self):
        for name, config in FORMS.items():
            model = make_model.random_model(config, seed=1)
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "model.onnx"
                onnx_export.export(model, path)
                net = cv2.dnn.readNetFromONNX(str(path))
            for height, width in ((40, 57), (23, 31)):
                with self.subTest(form=name, height=height, width=width):
                    ir, vis = make_model.random_images(2, height, width)[:, None]
                    net.setInput(ir.numpy(), "ir")
                    net.setInput(vis.numpy(), "vis")
                    expected = fuse.fuse(model, ir[0, 0], vis[0, 0])
                    self.assertGreater(expected.max() - expected.min(), 0.1)
                    difference = abs(net.forward()[0, 0] - expected).max()
                    self.assertLess(difference, TOLERANCE)


if __name__ == "__main__":
    unittest.main()
