#!/usr/bin/env python3
"""Makes expected.json: a small study after FAccT 2024 (doi 10.1145/3630106.3658537) with the libraries of the field.

    python -m venv v && v/bin/pip install torch==2.15.0 torchvision==0.29.2 numpy==2.4.6 pillow==10.0.0 captum==0.9.0 \\
        grad-cam==1.5.7 opencv-python-headless==5.0.0.93 zennit==0.5.1 krippendorff==0.9.0 scipy==1.17.1 safetensors==0.8.0
    v/bin/python ../shared/models/make_onnx.py resnet18 nets --safetensors f32
    v/bin/python tests/golden/study/make.py nets/resnet18.safetensors

Run from the repository root, beside which the photos and weights stand that may not be redistributed (../shared). Two
classes of 20 photos, 8 mosaics, 6 methods, ResNet-18, the study's preprocessing (mean and deviation 0.5), 7 scores.

The rules of drawing and the scores are written down here from the study's description; mosaics are Pillow's, maps are
captum's, pytorch-grad-cam's and zennit's, in single precision as in the study. Pillow is the study's too: version 13 resizes
to other pixels. Two mosaics are run once more in double precision: `f32_against_f64` is how far each method's worst score
is off then. `closest` is how near two methods come on one mosaic; only scores further off than that could change ranks.
"""
import copy
import csv
import hashlib
import importlib.metadata
import io
import json
import math
import random
import sys
from pathlib import Path

PINS = {"torch": "2.15.0", "torchvision": "0.29.2", "numpy": "2.4.6", "pillow": "10.0.0", "captum": "0.9.0",
        "grad-cam": "1.5.7", "opencv-python-headless": "5.0.0.93", "zennit": "0.5.1", "krippendorff": "0.9.0",
        "scipy": "1.17.1", "safetensors": "0.8.0"}
for package, version in PINS.items():
    if importlib.metadata.version(package).split("+")[0] != version:
        sys.exit(f"{package} {importlib.metadata.version(package)} is installed, {version} is needed.")

import cv2
import krippendorff
import numpy as np
import torch
from captum.attr import InputXGradient, IntegratedGradients, Saliency
from PIL import Image
from pytorch_grad_cam import GradCAM, GradCAMPlusPlus
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from safetensors.torch import load_file
from scipy import stats
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.models import resnet18
from zennit.composites import EpsilonPlus
from zennit.torchvision import ResNetBasicBlockCanonizer

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[2].parent / "shared"
WEIGHTS_SHA256 = "fd2a1affff2c3759a966f412f50fdab4eafe2263ce9b9c818d1f5003fe2c4c16"
CLASSES, PER_CLASS, SEED = (251, 388), 4, 42
METRICS = ["precision", "sensitivity", "false-negative-rate", "false-positive-rate", "specificity", "accuracy", "f1-score"]


def digest(data):
    return hashlib.sha256(data).hexdigest()


def photos():
    """(file, class, digest), in the table's order."""
    rows = csv.DictReader((SHARED / "data/photos.csv").open())
    wanted = [row for row in rows if int(row["index"]) in CLASSES and row["source"].startswith("caltech101:")]
    return [(row["file"], int(row["index"]), digest(read(row["file"]))) for row in wanted]


def read(file):
    return (SHARED / "data/photos" / file).read_bytes()


def draw(rows):
    """Target and cells of each mosaic."""
    random.seed(SEED)
    classes = list(dict.fromkeys(label for _, label, _ in rows))
    files = {label: [file for file, other, _ in rows if other == label] for label in classes}
    mosaics = []
    for target in classes:
        own = files[target] * math.ceil(2 * PER_CLASS / len(files[target]))
        random.shuffle(own)
        others = [label for label in classes if label != target]
        beside = []
        for label in others:
            order = np.random.RandomState(SEED).permutation(len(files[label]))
            beside += [(files[label][i], label) for i in order[:math.ceil(2 * PER_CLASS / len(others))]]
        random.shuffle(beside)
        for j in range(PER_CLASS):
            cells = [(own[2 * j], target), (own[2 * j + 1], target), beside[2 * j], beside[2 * j + 1]]
            random.shuffle(cells)
            mosaics.append((target, cells))
    return mosaics


def compose(cells):
    """As it is read back from the file it is stored in."""
    mosaic = Image.new("RGB", (448, 448))
    for i, (file, _) in enumerate(cells):
        photo = Image.open(io.BytesIO(read(file))).convert("RGB").resize((256, 256), Image.BILINEAR)
        mosaic.paste(photo.crop((16, 16, 240, 240)), (i % 2 * 224, i // 2 * 224))
    stored = io.BytesIO()
    mosaic.save(stored, "JPEG")
    return Image.open(stored).convert("RGB")


def network(weights, dtype):
    assert digest(Path(weights).read_bytes()) == WEIGHTS_SHA256, f"{weights} has other weights."
    model = resnet18()
    model.load_state_dict(load_file(weights), strict=False)
    return model.eval().to(dtype)


def fused(model):
    """Batch norms merged into the convolutions before them."""
    model = copy.deepcopy(model)
    for module in list(model.modules()):
        # In the order in which they are called: conv1, bn1, relu, conv2, bn2.
        names = list(dict(module.named_children()))
        for one, next in zip(names, names[1:]):
            convolution, norm = module.get_submodule(one), module.get_submodule(next)
            if isinstance(convolution, torch.nn.Conv2d) and isinstance(norm, torch.nn.BatchNorm2d):
                setattr(module, one, fuse_conv_bn_eval(convolution, norm))
                setattr(module, next, torch.nn.Identity())
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in model.modules())
    return model


def cams(model, x, target):
    """Grad-CAM enlarged, then stretched; Grad-CAM++ as the library has it."""
    targets = [ClassifierOutputTarget(target)]
    with GradCAM(model, [model.layer4[-1]]) as cam:
        cam(x, targets)
        kept = cam.activations_and_grads
        raw = cam.get_cam_image(x, model.layer4[-1], targets, kept.activations[0].numpy(), kept.gradients[0].numpy())[0]
    large = cv2.resize(np.maximum(raw, 0), (448, 448), interpolation=cv2.INTER_LINEAR)
    large = large - large.min()
    with GradCAMPlusPlus(model, [model.layer4[-1]]) as cam:
        return {"gradcam": large / large.max(), "gradcam_plus_plus": cam(x, targets)[0]}


def relevance(model, x, target):
    """Epsilon-plus from the target's logit."""
    with EpsilonPlus(canonizers=[ResNetBasicBlockCanonizer()]).context(model) as changed:
        x = x.detach().clone().requires_grad_()
        logits = changed(x)
        start = torch.zeros_like(logits)
        start[0, target] = logits[0, target].detach()
        return torch.autograd.grad(logits, x, start)[0]


def maps(model, merged, x, target):
    integrated = IntegratedGradients(model).attribute(x, torch.zeros_like(x), target, n_steps=30, method="gausslegendre")
    channels = {
        "integrated_gradients": integrated,
        "gradient": Saliency(model).attribute(x, target=target, abs=False),
        "input_x_gradient": InputXGradient(model).attribute(x, target=target),
        "lrp": relevance(merged, x, target),
    }
    return cams(model, x, target) | {id: map.detach()[0].sum(0).numpy() for id, map in channels.items()}


def scores(map, hits):
    """`hits`: whether each cell shows the target. Added up in double precision; None where there is no number."""
    map = map.astype(np.float64)
    cells = map[:224, :224], map[:224, 224:], map[224:, :224], map[224:, 224:]
    mass = lambda wanted, sign: sum((sign * cell)[sign * cell > 0].sum() for cell, hit in zip(cells, hits) if hit == wanted)
    tp, fn, fp, tn = mass(True, 1), mass(True, -1), mass(False, 1), mass(False, -1)
    share = lambda part, rest: part / (part + rest) if part + rest else None
    precision, sensitivity = share(tp, fp) or 0, share(tp, fn)
    f1 = None if sensitivity is None else 2 * precision * (share(sensitivity, precision) or 0)
    row = [precision, sensitivity, share(fn, tp), share(fp, tn), share(tn, fp), share(tp + tn, fp + fn), f1]
    return [value if value is None else float(value) for value in row]


def study(weights, mosaics, dtype):
    """[mosaics, metrics] by method."""
    model = network(weights, dtype)
    merged, table = fused(model), {}
    for target, cells, pixels in mosaics:
        x = torch.from_numpy(((pixels / np.float32(255) - np.float32(0.5)) / np.float32(0.5)).transpose(2, 0, 1)[None])
        for id, map in maps(model, merged, x.to(dtype).contiguous().requires_grad_(), target).items():
            table.setdefault(id, []).append(scores(map, [label == target for _, label in cells]))
        print(dtype, len(table["lrp"]), flush=True)
    return table


def agreement(table, at):
    """Over the methods that the study regards: all by precision, and by the rest those with relevance below zero."""
    regarded = [id for id in table if at == 0 or not id.startswith("gradcam")]
    matrix = np.array([[row[at] for row in table[id]] for id in regarded], dtype=np.float64)
    ranks = stats.rankdata(-matrix, axis=0).T
    gaps = np.diff(np.sort(matrix, axis=0), axis=0)
    return {
        "methods": regarded,
        "alpha": float(krippendorff.alpha(ranks, level_of_measurement="ordinal")),
        "rho": stats.spearmanr(matrix, axis=1).statistic.tolist(),
        "closest": float(gaps.min()),
        "summary": [{"mean": float(row.mean()), "median": float(np.median(row)), "variance": float(row.var(ddof=1))}
                    for row in matrix],
    }


def main():
    rows = photos()
    assert len(rows) == 40
    mosaics = [(target, cells, np.asarray(compose(cells))) for target, cells in draw(rows)]
    single, double = study(sys.argv[1], mosaics, torch.float32), study(sys.argv[1], mosaics[::PER_CLASS], torch.float64)
    off = {id: np.abs(np.array(single[id][::PER_CLASS]) - np.array(double[id])).max() for id in single}
    expected = {
        "photos": rows,
        "mosaics": [{"target": target, "cells": [file for file, _ in cells], "pixels": digest(pixels.tobytes())}
                    for target, cells, pixels in mosaics],
        "metrics": METRICS,
        "scores": single,
        "f32_against_f64": off,
        "agreement": {metric: agreement(single, at) for at, metric in enumerate(METRICS)},
    }
    text = json.dumps(expected, separators=(",", ":"))
    (HERE / "expected.json").write_text(text.replace("],[", "],\n[").replace("},{", "},\n{") + "\n")
    print(json.dumps(off, indent=1))
    for metric, found in expected["agreement"].items():
        print(metric, found["alpha"], found["closest"])


main()
