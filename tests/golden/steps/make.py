#!/usr/bin/env python3
"""Makes expected.json: what numpy, torch, OpenCV, scikit-image and pytorch-grad-cam make of small maps, step by step.

    python tests/golden/steps/make.py

Run from the repository root; needs exactly the PyPI packages of PINS. Outlier and smooth have no package: they are written
here from the code of the ACML 2024 study (PMLR 260:479-494), and what that code gave for a map of 3 x 2 x 2 was recorded
(`RECORDED`) and is asserted.
"""
import importlib.metadata
import json
import pathlib
import sys

PINS = {"numpy": "2.4.6", "torch": "2.15.0", "opencv-python-headless": "5.0.0.93", "scikit-image": "0.26.0",
        "grad-cam": "1.5.7"}
for package, version in PINS.items():
    if importlib.metadata.version(package).split("+")[0] != version:
        sys.exit(f"{package} {importlib.metadata.version(package)} is installed, {version} is needed.")

import cv2
import numpy as np
import torch
from pytorch_grad_cam.utils.image import scale_cam_image
from skimage.transform import resize

F = torch.nn.functional


def formula(*shape):
    """The test makes the same numbers: 73 of them differ."""
    i = np.arange(np.prod(shape))
    return ((i * 37 % 73) / 20.0 - 1.5 + (i % 11 == 3) * 9.0).astype(np.float32).reshape(shape)


def outlier(g):
    centred = g - g.mean(dim=(1, 2), keepdim=True)
    return (0.1 * centred / g.std(dim=(1, 2), unbiased=True, keepdim=True) + 0.5).clamp(0, 1)


def smooth(g):
    size = g.abs().amax(0, keepdim=True)
    return (size - size.min()) / (size.max() - size.min() + np.finfo(np.float64).eps)


RECORDED = torch.tensor([[[1, -2], [.5, 0]], [[0, 0], [3, -1]], [[-.5, .5], [.25, -4]]], dtype=torch.float64)
assert np.allclose(outlier(RECORDED)[0], [[.5856, .3574], [.5475, .5095]], atol=5e-5)
assert np.allclose(smooth(RECORDED)[0], [[0, .3333], [.6667, 1]], atol=5e-5)

cases = []


def case(steps, source, values, by):
    values = np.asarray(values, np.float64)
    values = values[None] if values.ndim == 2 else values
    cases.append({"from": list(source.shape), "steps": steps, "by": by, "shape": list(values.shape),
                  "values": [float(str(np.float32(v))) for v in values.ravel()]})


def interpolated(map, to, **how):
    return F.interpolate(torch.from_numpy(map)[None], to, **how)[0]


large = formula(3, 7, 5)
wide = large.astype(np.float64)
case(["sum"], large, wide.sum(0), "numpy")
case(["absmax"], large, np.abs(wide).max(0), "numpy")
case(["l2"], large, np.linalg.norm(wide, axis=0), "numpy")
case(["absolute"], large, np.abs(wide), "numpy")
case(["positive"], large, torch.relu(torch.from_numpy(wide)), "torch")
case(["minmax"], large, cv2.normalize(wide.reshape(21, 5), None, 0, 1, cv2.NORM_MINMAX).reshape(3, 7, 5), "OpenCV")
case(["minmax:guard=0.5"], large, (wide - wide.min()) / (wide.max() - wide.min() + 0.5), "numpy")
for percent in (0.5, 50, 90, 99.7, 100):
    limit = np.percentile(np.abs(wide), percent)
    case([f"clip:percentile={percent}"], large, np.clip(wide, -limit, limit), "numpy")
case(["outlier"], large, outlier(torch.from_numpy(wide)), "the study's definition")
case(["smooth"], large, smooth(torch.from_numpy(wide)), "the study's definition")
for rows, columns in ((14, 15), (4, 3), (1, 9)):
    to, name = (rows, columns), f"resize:rows={rows}:columns={columns}"
    case([name], large, interpolated(large, to, mode="bilinear", align_corners=False), "torch")
    case([f"{name}:how=aligned"], large, interpolated(large, to, mode="bilinear", align_corners=True), "torch")
    case([f"{name}:how=nearest"], large, interpolated(large, to, mode="nearest"), "torch")
    case([f"{name}:how=bicubic"], large, interpolated(large, to, mode="bicubic", align_corners=False), "torch")
    mirrored = [resize(map, to, order=1, mode="reflect", anti_aliasing=False) for map in wide]
    case([f"{name}:how=mirrored"], large, mirrored, "scikit-image")
flat = formula(1, 7, 5)
case(["resize:rows=28:columns=35"], flat, cv2.resize(flat[0], (35, 28), interpolation=cv2.INTER_LINEAR), "OpenCV")

# What the studies did to class activation maps, on an input of 28 x 35.
cam = np.maximum(formula(1, 7, 5), 0)
scaled = scale_cam_image(cam, (35, 28))
scaled = scale_cam_image(np.maximum(scaled, 0))
case(["positive", "acml24.gradcam"], cam, scaled[0], "pytorch-grad-cam")
enlarged = cv2.resize(cam[0], (35, 28), interpolation=cv2.INTER_LINEAR).astype(np.float64)
case(["positive", "facct24.gradcam"], cam, (enlarged - enlarged.min()) / np.ptp(enlarged), "OpenCV")
folded = np.abs(wide).max(0)
case(["facct24.smoothgrad"], large, (folded - folded.min()) / np.ptp(folded), "numpy")

text = json.dumps({"made_with": PINS, "cases": cases}, separators=(",", ":")).replace('{"from"', '\n{"from"')
(pathlib.Path(__file__).parent / "expected.json").write_text(text + "\n")
