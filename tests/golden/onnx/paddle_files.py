#!/usr/bin/env python3
"""Make the ONNX files that paddle2onnx writes for a small Paddle network; make.py computes their answers.

    python tests/golden/onnx/paddle_files.py

Run from the repository root, before make.py. Needs Python 3.11 and exactly the PyPI packages of PINS, which may live in
another environment than those of make.py. Takes half a minute; nothing is downloaded. README.md says what is in the
files.
"""
import importlib.metadata
import json
import sys
import tempfile
from pathlib import Path

PINS = {"paddlepaddle": "3.3.1", "paddle2onnx": "2.1.0", "onnx": "1.17.0", "numpy": "2.4.6", "onnxruntime": "1.31.1"}
for _package, _version in PINS.items():
    if importlib.metadata.version(_package) != _version:
        sys.exit(f"{_package} {importlib.metadata.version(_package)} is installed, {_version} is needed.")

import numpy as np
import onnx
import onnxruntime
import paddle
from paddle import nn

HERE = Path(__file__).resolve().parent


class Small(nn.Layer):
    """Blocks of PP-LCNet: depthwise, hard swish, squeeze and excitation; then the classifier."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2D(3, 8, 3, stride=2, padding=1, bias_attr=False), nn.BatchNorm2D(8), nn.Hardswish())
        self.depth = nn.Sequential(nn.Conv2D(8, 8, 5, padding=2, groups=8, bias_attr=False), nn.BatchNorm2D(8), nn.Hardswish())
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2D(1), nn.Conv2D(8, 4, 1), nn.ReLU(), nn.Conv2D(4, 8, 1), nn.Hardsigmoid())
        self.point = nn.Sequential(nn.Conv2D(8, 16, 1, bias_attr=False), nn.BatchNorm2D(16), nn.ReLU6())
        self.pool = nn.MaxPool2D(3, 2, padding=1)
        self.dropout, self.classes = nn.Dropout(0.2), nn.Linear(16, 10)

    def forward(self, x):
        x = self.stem(x)
        y = self.depth(x)
        x = self.pool(self.point(x + y * self.gate(y)))
        x = nn.functional.adaptive_avg_pool2d(x, 1).flatten(1)
        return nn.functional.softmax(self.classes(self.dropout(x)))


def filled(model):
    for name, v in model.state_dict().items():
        u = np.random.default_rng(list(name.encode())).uniform(-1, 1, v.shape).astype(np.float32)
        if len(v.shape) > 1:
            u *= (6 / (np.prod(v.shape[1:]) if len(v.shape) == 4 else v.shape[0])) ** 0.5
        elif name.endswith(("_variance", ".weight")):
            u = 1 + np.float32(0.2) * u
        else:
            u *= np.float32(0.1)
        v.set_value(u.astype(np.float32))
    model.eval()
    return model


def main():
    for path in HERE.glob("paddle*.onnx"):
        path.unlink()
    hows = {}
    for name, opset, batch in (("paddle.opset13", 13, None), ("paddle.opset17", 17, 1)):
        model = filled(Small())
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder, "small"))
            spec = paddle.static.InputSpec([batch, 3, 32, 32], "float32", "image")
            paddle.onnx.export(model, path, input_spec=[spec], opset_version=opset)
            proto = onnx.load(path + ".onnx")
        proto.doc_string = ""
        onnx.save(proto, HERE / f"{name}.onnx")
        x = np.random.default_rng(1).normal(size=(1, 3, 32, 32)).astype(np.float32)
        own = model(paddle.to_tensor(x)).numpy()
        session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
        other = session.run(None, {session.get_inputs()[0].name: x})[0]
        print(name, (HERE / f"{name}.onnx").stat().st_size, "onnxruntime from Paddle:", np.abs(own - other).max())
        assert np.abs(own - other).max() < 1e-5
        hows[name] = f"paddle2onnx {PINS['paddle2onnx']} of a Paddle {PINS['paddlepaddle']} network, opset {opset}, batch {batch}"
    (HERE / "paddle.json").write_text(json.dumps(hows, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
