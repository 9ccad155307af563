#!/usr/bin/env python3
"""Make model.safetensors, card.json and golden.safetensors: a tiny EfficientNet-Lite and what PyTorch says of it.

    python tests/golden/tiny/make.py

Needs Python 3.11 and the PyPI packages torch==2.15.0, numpy==2.4.6 and safetensors==0.8.0. Takes about a minute: it
looks for inputs at which no ReLU6 unit is near 0 or 6. What is in the files stands in README.md.
"""
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save

HERE = Path(__file__).resolve().parent
STEM, HEAD, CLASSES, EPSILON = 8, 32, 10, 1e-3
BLOCKS = [(3, 1, 1, 8), (5, 2, 6, 12), (5, 1, 6, 12)]  # kernel, stride, expand, channels out
SIZES = {"": (32, 32), "odd_": (37, 30)}
SEED, TRIES = 20240, 1500


def norm(t, name, x):
    parts = ("running_mean", "running_var", "weight", "bias")
    mean, var, weight, bias = (t[f"{name}.{p}"].view(1, -1, 1, 1) for p in parts)
    return (x - mean) / torch.sqrt(var + EPSILON) * weight + bias


def same(t, name, x, stride=1):
    """Convolution with "SAME" padding of the actual size: the odd pixel goes right and below."""
    weight = t[name + ".weight"]
    pads = []
    for size, kernel in ((x.shape[3], weight.shape[3]), (x.shape[2], weight.shape[2])):
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        pads += [total // 2, total - total // 2]
    return F.conv2d(F.pad(x, pads), weight, stride=stride, groups=x.shape[1] // weight.shape[1])


def relu6(x, kinks):
    kinks.append(torch.minimum(x.abs(), (x - 6).abs()).min().item())
    return x.clamp(0, 6)


def features(t, x, kinks, normalise=norm):
    """The last features, after ReLU6; `kinks` gets the least distance of a unit from 0 and 6."""
    x = relu6(normalise(t, "_bn0", same(t, "_conv_stem", x, 2)), kinks)
    for i, (_, stride, expand, _) in enumerate(BLOCKS):
        p, skip = f"_blocks.{i}.", x
        if expand > 1:
            x = relu6(normalise(t, p + "_bn0", same(t, p + "_expand_conv", x)), kinks)
        x = relu6(normalise(t, p + "_bn1", same(t, p + "_depthwise_conv", x, stride)), kinks)
        x = normalise(t, p + "_bn2", same(t, p + "_project_conv", x))
        if x.shape == skip.shape:
            x = x + skip
    return relu6(normalise(t, "_bn1", same(t, "_conv_head", x)), kinks)


def classify(t, a):
    return a.mean((2, 3)) @ t["_fc.weight"].T + t["_fc.bias"]


def weights():
    """Random weights; batch norms get statistics near those of random pictures, so that units are in all three states."""
    g = torch.Generator().manual_seed(SEED)
    t, c = {}, STEM

    def conv(name, outputs, inputs, kernel, bn):
        fan = inputs * kernel * kernel
        t[name + ".weight"] = torch.randn(outputs, inputs, kernel, kernel, generator=g) / fan**0.5
        t[bn + ".weight"] = 1 + 2 * torch.rand(outputs, generator=g)
        t[bn + ".bias"] = 0.5 + torch.randn(outputs, generator=g)

    conv("_conv_stem", STEM, 3, 3, "_bn0")
    for i, (kernel, _, expand, outputs) in enumerate(BLOCKS):
        p, wide = f"_blocks.{i}.", c * expand
        if expand > 1:
            conv(p + "_expand_conv", wide, c, 1, p + "_bn0")
        conv(p + "_depthwise_conv", wide, 1, kernel, p + "_bn1")
        conv(p + "_project_conv", outputs, wide, 1, p + "_bn2")
        c = outputs
    conv("_conv_head", HEAD, c, 1, "_bn1")
    t["_fc.weight"] = torch.randn(CLASSES, HEAD, generator=g) / 3
    t["_fc.bias"] = torch.randn(CLASSES, generator=g) / 10

    def fitted(t, name, x):
        wobble = torch.rand(2, x.shape[1], generator=g)
        var = x.var((0, 2, 3))
        t[name + ".running_mean"] = x.mean((0, 2, 3)) + (wobble[0] - 0.5) * 0.2 * var.sqrt()
        t[name + ".running_var"] = var * (0.8 + 0.4 * wobble[1])
        return norm(t, name, x)

    pictures = torch.cat([normalised(pixels(s, (32, 32))) for s in range(16)]).float()
    features(t, pictures, [], fitted)
    return {k: v.float().contiguous() for k, v in t.items()}


def pixels(seed, size):
    """A random picture: a coarse pattern and noise."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 200, (8, 8, 3)).repeat(6, 0).repeat(6, 1)[: size[0], : size[1]]
    return (coarse + rng.integers(0, 56, (*size, 3))).astype(np.uint8)


def normalised(rgb):
    return torch.from_numpy((rgb.astype(np.float64) - 127) / 128).permute(2, 0, 1).unsqueeze(0)


def best_picture(t, size):
    """The picture whose nearest unit is farthest from a kink, among those with a clear answer."""
    best = (0.0, None)
    for seed in range(TRIES):
        kinks = []
        with torch.no_grad():
            first, second = classify(t, features(t, normalised(pixels(seed, size)), kinks))[0].topk(2).values
        if first - second > 0.2:
            best = max(best, (min(kinks), seed))
    return best


def explain(t, x, target):
    x = x.clone().requires_grad_()
    a = features(t, x, [])
    logits = classify(t, a)
    slope, gradient = torch.autograd.grad(logits[0, target], (a, x))
    cam = (slope.mean((2, 3), keepdim=True) * a).sum(1).relu()
    return logits[0].detach(), cam[0].detach(), gradient[0].detach()


def write(path, tensors, metadata):
    """Safetensors whose header is sorted, so that the same numbers give the same bytes."""
    data = save({k: v.contiguous() for k, v in tensors.items()}, metadata)
    end = 8 + int.from_bytes(data[:8], "little")
    text = json.dumps(json.loads(data[8:end]), sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    data = len(text).to_bytes(8, "little") + text + data[end:]
    path.write_bytes(data)
    print(hashlib.sha256(data).hexdigest(), len(data), path.name)
    return data


def relative(a, b):
    return ((a.double() - b).norm() / b.norm()).item()


def main():
    torch.set_num_threads(1)
    single = weights()
    double = {k: v.double() for k, v in single.items()}
    data = write(HERE / "model.safetensors", single, {"source": "random, seed %d; see make.py" % SEED})
    card = {
        "id": "efficientnet-lite-tiny", "title": "Tiny EfficientNet-Lite (random weights)",
        "architecture": "efficientnet_lite_tiny", "classes": CLASSES, "weights": "model.safetensors",
        "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
        "preprocess": {"size": 32, "resize": 36, "filter": "bilinear", "mean": [127, 127, 127], "std": [128, 128, 128]},
        "licence": "MIT OR Apache-2.0", "source": "random numbers of tests/golden/tiny/make.py",
    }
    (HERE / "card.json").write_text(json.dumps(card, indent=2) + "\n")
    golden, notes = {}, {}
    for prefix, size in SIZES.items():
        margin, seed = best_picture(double, size)
        rgb = pixels(seed, size)
        x = normalised(rgb)
        logits = classify(double, features(double, x, []))[0]
        target, other = logits.topk(2).indices.tolist()
        logits, cam, gradient = explain(double, x, target)
        logits32, cam32, gradient32 = explain(single, x.float(), target)
        golden |= {
            prefix + "pixels": torch.from_numpy(rgb), prefix + "input": x.float(),
            prefix + "target": torch.tensor([target], dtype=torch.int32),
            prefix + "other": torch.tensor([other], dtype=torch.int32),
            prefix + "logits": logits.float(), prefix + "gradient": gradient.float(), prefix + "gradcam": cam.float(),
            prefix + "gradcam_other": explain(double, x, other)[1].float(),
        }
        notes[prefix + "input"] = {
            "seed": seed, "least_distance_from_a_kink": margin,
            "logits_max_difference": (logits32 - logits).abs().max().item(),
            "gradient_relative_l2": relative(gradient32, gradient),
            "gradcam_difference_over_max": ((cam32 - cam).abs().max() / cam.max()).item(),
        }
        print(size, target, other, [round(v, 3) for v in logits.tolist()], json.dumps(notes[prefix + "input"]))
    write(HERE / "golden.safetensors", golden, {"made_with": "torch 2.15.0 in f64", "f32_against_f64": json.dumps(notes)})


if __name__ == "__main__":
    main()
