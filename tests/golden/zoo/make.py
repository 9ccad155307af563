#!/usr/bin/env python3
"""Make the golden numbers of the network builders: what torchvision, timm, efficientnet_lite_pytorch and bcos compute.

    python tests/golden/zoo/make.py [--only PART,...] [--names]

Run from the repository root. Needs Python 3.11 and exactly the PyPI packages of PINS (checked at start); nothing is
downloaded, since every weight and every input is a formula (`tensor`). Takes some minutes on one core and 8 GB.
--only makes the files whose id contains one of the parts; --names makes names.json alone. README.md says what is in the
files.
"""
import argparse
import contextlib
import hashlib
import importlib.metadata
import io
import json
import math
import re
import sys
import warnings
from functools import partial
from pathlib import Path

PINS = {
    "torch": "2.15.0", "torchvision": "0.29.2", "timm": "1.0.31", "bcos": "0.1.3", "einops": "0.8.2",
    "efficientnet-lite-pytorch": "0.1.0", "numpy": "2.4.6", "safetensors": "0.8.0",
}
for _package, _version in PINS.items():
    if importlib.metadata.version(_package).split("+")[0] != _version:
        sys.exit(f"{_package} {importlib.metadata.version(_package)} is installed, {_version} is needed.")

import bcos.models.densenet
import bcos.models.resnet
import bcos.models.vgg
import bcos.models.vit
import numpy as np
import timm
import torch
import torchvision.models as tv
from bcos.common import explanation_mode
from bcos.modules import BcosConv2d, norms
from bcos.modules.bcoslinear import BcosLinear
from bcos.modules.common import BcosSequential
from bcos.modules.logitlayer import LogitLayer
from efficientnet_lite_pytorch import EfficientNet
from safetensors.numpy import save
from torch import nn
from torchvision.models.convnext import CNBlockConfig, ConvNeXt

HERE = Path(__file__).resolve().parent
CLASSES, SMALL_CLASSES = 1000, 10
TAP_NUMBERS = 800
TRIES, FULL_TRIES, NOISE = 16, 8, 3e-7

# ---------------------------------------------------------------------------------------------------------------------
# The formula. The Rust tests mirror `uniform`, `bounds` and `tensor`.

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
CHUNK = 1 << 20


def seed(name):
    """FNV-1a of 64 bits."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def uniform(name, count):
    """`count` numbers in [0, 1): the upper 53 bits of the first outputs of splitmix64."""
    start, out = np.uint64(seed(name)), np.empty(count)
    for at in range(0, count, CHUNK):
        index = np.arange(at + 1, min(at + CHUNK, count) + 1, dtype=np.uint64)
        z = start + index * np.uint64(GOLDEN)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
        out[at : at + len(index)] = (z >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return out


def bounds(name, shape, gain, spread):
    """Least and greatest value of a tensor; the first rule that fits holds. `name` decides by its last part.

    `gain` and `spread` belong to the network; `spread` is None but for B-cos.
    """
    last = name.rsplit(".", 1)[-1]
    if last in ("class_token", "cls_token", "pos_embedding", "pos_embed"):
        return -0.5, 0.5
    if last in ("layer_scale", "gamma"):
        return 0.1, 0.5
    if last.endswith("bias") or last == "running_mean":  # in_proj_bias too
        return -0.1, 0.1
    if last == "running_var":
        # B-cos outputs get smaller with the width; so must the variance, or all signal is lost after a few layers.
        scale = 1.0 if spread is None else spread / shape[0]
        return 0.8 * scale, 1.2 * scale
    if len(shape) == 1:
        return 0.8, 1.2
    fan_in = math.prod(shape[1:])
    high = gain * math.sqrt(3.0 / fan_in)
    return -high, high


def tensor(name, shape, gain, spread):
    """In f64, rounded once to f32."""
    low, high = bounds(name, shape, gain, spread)
    return (low + (high - low) * uniform(name, math.prod(shape))).astype(np.float32).reshape(shape)


def network_input(name, size, bcos):
    """What the network sees, f32: (u - 0.5) / 0.25, or for B-cos u and 1 - u; each step rounded to f32."""
    u = uniform(name, 3 * size[0] * size[1]).astype(np.float32).reshape(1, 3, *size)
    one, half = np.float32(1), np.float32(0.5)
    return np.concatenate([u, one - u], 1) if bcos else (u - half) / np.float32(0.25)


# ---------------------------------------------------------------------------------------------------------------------
# The networks


@contextlib.contextmanager
def divided(by):
    """While this holds, torch's layers are made with all counts divided but those of the input and of the classes."""
    if by == 1:
        yield
        return
    kept = (3, 6, SMALL_CLASSES)

    def count(n):
        if n in kept:
            return n
        assert n % by == 0, (n, by)
        return n // by

    def conv(old, self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, *a, **k):
        groups = groups if groups == 1 else count(groups)
        old(self, count(in_channels), count(out_channels), kernel_size, stride, padding, dilation, groups, *a, **k)

    def linear(old, self, in_features, out_features, *a, **k):
        old(self, count(in_features), count(out_features), *a, **k)

    def norm(old, self, num_features, *a, **k):
        old(self, count(num_features), *a, **k)

    patches = [(nn.Conv2d, conv), (nn.Linear, linear), (nn.modules.batchnorm._NormBase, norm)]
    saved = [c.__init__ for c, _ in patches]
    for (c, new), old in zip(patches, saved):
        def init(self, *a, _new=new, _old=old, **k):
            _new(_old, self, *a, **k)
        c.__init__ = init
    try:
        yield
    finally:
        for (c, _), old in zip(patches, saved):
            c.__init__ = old


class Network:
    """A network: `build(classes, by)` makes it. `patched`: by dividing layers as they are made."""

    def __init__(self, id, source, build, by, gain, taps, size=(64, 48), spread=None, kinks=True, patched=True,
                 native=224):
        self.id, self.source, self.build, self.by, self.gain, self.taps = id, source, build, by, gain, taps
        self.size, self.spread, self.kinks, self.patched, self.native = size, spread, kinks, patched, native
        self.bcos = spread is not None

    def make(self, by=1):
        classes = CLASSES if by == 1 else SMALL_CLASSES
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            with divided(by if self.patched else 1):
                return self.build(classes, by).eval()


def torchvision(name):
    return f"torchvision.models.{name}", lambda classes, by: getattr(tv, name)(num_classes=classes)


def lite(n):
    # image_size=None: "SAME" padding of the size that comes. With the package's default the padding is that of the
    # native size, whatever comes; at the native size both are the same.
    name = f"efficientnet-lite{n}"
    return (f"efficientnet_lite_pytorch.EfficientNet.from_name({name!r}, image_size=None)",
            lambda classes, by: EfficientNet.from_name(name, num_classes=classes, image_size=None))


def bcos_net(module, name):
    def build(classes, by):
        # As bcos.experiments.ImageNet.bcos_final does; the constructor's own logit_bias is -ln(classes - 1).
        return getattr(module, name)(
            num_classes=classes, norm_layer=norms.NoBias(norms.BatchNormUncentered2d),
            conv_layer=partial(BcosConv2d, b=2, max_out=1), logit_bias=-math.log(classes - 1))
    return f"{module.__name__}.{name}, arguments of bcos.experiments.ImageNet.bcos_final", build


def simple_vit(name, dim, heads, mlp):
    def build(classes, by):
        # As bcos.experiments.ImageNet.vit_final does.
        arguments = dict(
            num_classes=classes, norm_layer=norms.NoBias(norms.DetachableLayerNorm), act_layer=nn.Identity, channels=6,
            linear_layer=partial(BcosLinear, b=2, max_out=1), conv2d_layer=partial(BcosConv2d, b=2, max_out=1),
            norm2d_layer=norms.NoBias(bcos.modules.DetachableGNLayerNorm2d))
        if by == 1:
            model = getattr(bcos.models.vit, name)(**arguments)
        else:
            model = bcos.models.vit.SimpleViT(image_size=48, patch_size=16, dim=dim // by, depth=12, heads=heads // by,
                                              mlp_dim=mlp // by, **arguments)
        return BcosSequential(model, LogitLayer(logit_bias=math.log(1 / (classes - 1))))
    return f"bcos.models.vit.{name}, arguments of bcos.experiments.ImageNet.vit_final", build


def convnext(classes, by):
    if by == 1:
        return tv.convnext_tiny(num_classes=classes)
    widths, depths = [96 // by, 192 // by, 384 // by, 768 // by, None], [3, 3, 9, 3]
    return ConvNeXt([CNBlockConfig(widths[i], widths[i + 1], depths[i]) for i in range(4)], num_classes=classes)


def timm_convnext(classes, by):
    return timm.create_model("convnext_tiny", num_classes=classes, dims=[w // by for w in (96, 192, 384, 768)])


def vit(classes, by):
    if by == 1:
        return tv.vit_b_16(num_classes=classes)
    return tv.VisionTransformer(image_size=64, patch_size=16, num_layers=12, num_heads=12 // by, hidden_dim=768 // by,
                                mlp_dim=3072 // by, num_classes=classes)


def timm_vit(name, dim, heads):
    def build(classes, by):
        small = {} if by == 1 else dict(img_size=64, embed_dim=dim // by, num_heads=heads // by)
        return timm.create_model(name, num_classes=classes, **small)
    return f"timm.create_model({name!r})", build


def pools(features):
    at = [i for i, m in enumerate(features) if isinstance(m, (nn.MaxPool2d, nn.AvgPool2d))]
    return [f"features.{at[i]}" for i in (0, 2, 4)]


def networks():
    sqrt2 = math.sqrt(2.0)
    out = [Network("alexnet", *torchvision("alexnet"), 4, sqrt2, ["features.0", "features.5", "features.12"], (64, 64))]
    for depth in (11, 13, 16, 19):
        for suffix in ("", "_bn"):
            name = f"vgg{depth}{suffix}"
            with torch.device("meta"):
                taps = pools(getattr(tv, name)().features)
            out.append(Network(name, *torchvision(name), 8, sqrt2, taps))
    for depth in (18, 34, 50, 101, 152):
        by = 8 if depth > 50 else 4
        out.append(Network(f"resnet{depth}", *torchvision(f"resnet{depth}"), by, 1.0, ["maxpool", "layer2", "layer4"]))
    for version in ("1_0", "1_1"):
        name = f"squeezenet{version}"
        out.append(Network(name, *torchvision(name), 4, sqrt2, ["features.3", "features.8", "features.12"]))
    out.append(Network("densenet121", *torchvision("densenet121"), 4, sqrt2,
                       ["features.pool0", "features.transition2", "features.norm5"]))
    out.append(Network("mobilenet_v2", *torchvision("mobilenet_v2"), 4, 1.2, ["features.0", "features.7", "features.18"]))
    smooth = dict(kinks=False, patched=False)
    out.append(Network("convnext_tiny", "torchvision.models.convnext_tiny", convnext, 4, 1.0,
                       ["features.0", "features.3", "features.7"], **smooth))
    out.append(Network("timm_convnext_tiny", "timm.create_model('convnext_tiny')", timm_convnext, 4, 1.0,
                       ["stem", "stages.1", "stages.3"], **smooth))
    out.append(Network("vit_b_16", "torchvision.models.vit_b_16", vit, 4, 1.0,
                       ["encoder.layers.encoder_layer_0", "encoder.layers.encoder_layer_5", "encoder.ln"], (64, 64), **smooth))
    out.append(Network("deit_small_patch16_224", *timm_vit("deit_small_patch16_224", 384, 6), 3, 1.0,
                       ["blocks.0", "blocks.5", "norm"], (64, 64), **smooth))
    for n, native in enumerate((224, 240, 260, 280, 300)):
        middle = (7, 9, 9, 11, 14)[n]
        out.append(Network(f"efficientnet_lite{n}", *lite(n), 4, 1.2, ["_bn0", f"_blocks.{middle}", "_bn1"], native=native))
    own = dict(kinks=False)
    for depth in (18, 34, 50, 101, 152):
        by, spread = 8 if depth > 50 else 4, 3.0 if depth >= 50 else 0.75
        out.append(Network(f"bcos_resnet{depth}", *bcos_net(bcos.models.resnet, f"resnet{depth}"), by, 1.0,
                           ["pool", "layer2", "layer4"], (56, 40), spread=spread, **own))
    with torch.device("meta"):
        taps = pools(bcos_net(bcos.models.vgg, "vgg11_bnu")[1](CLASSES, 1).features)
    out.append(Network("bcos_vgg11_bnu", *bcos_net(bcos.models.vgg, "vgg11_bnu"), 8, 1.0, taps, spread=0.025, **own))
    out.append(Network("bcos_densenet121", *bcos_net(bcos.models.densenet, "densenet121"), 4, 1.0,
                       ["features.pool0", "features.transition2", "features.norm5"], spread=1.0, **own))
    for name, dim, heads in (("simple_vit_ti", 192, 3), ("simple_vit_s", 384, 6)):
        out.append(Network(f"bcos_{name}_patch16", *simple_vit(f"{name}_patch16_224", dim, heads, 4 * dim), 3, 1.0,
                           ["0.to_patch_embedding.linear", "0.transformer.encoder_5", "0.linear_head.norm"], (48, 48),
                           patched=False, spread=1.0, **own))
    return out


# id, size of the input
FULL = [
    ("resnet50", 224), ("resnet50", 448), ("vgg11_bn", 224), ("densenet121", 224), ("mobilenet_v2", 224),
    ("mobilenet_v2", 448), ("convnext_tiny", 224), ("vit_b_16", 224), ("deit_small_patch16_224", 224),
    ("efficientnet_lite4", 300), ("squeezenet1_1", 224), ("alexnet", 224), ("bcos_resnet50", 224),
    ("bcos_simple_vit_ti_patch16", 224),
]


def state(model):
    return {k: v for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}


def check_division(network, full, small):
    """Every count of the full network divided, and nothing else."""
    assert list(full) == list(small), network.id
    for name, wide in full.items():
        want = []
        for axis, n in enumerate(wide):
            if axis == 0 and n == CLASSES:
                want.append(SMALL_CLASSES)
            elif name.endswith(("pos_embedding", "pos_embed")) and axis == 1:
                want.append(network.size[0] * network.size[1] // 256 + 1)
            elif name.endswith("patch_embedding.linear.linear.weight") and axis == 1:
                want.append(n)  # 6 channels of 16 x 16 pixels
            elif axis < 2 and n not in (1, 3, 6) or name.endswith(("class_token", "cls_token", "pos_embedding", "pos_embed")) and axis == 2:
                assert n % network.by == 0, (network.id, name, wide)
                want.append(n // network.by)
            else:
                want.append(n)
        assert tuple(want) == small[name], (network.id, name, wide, want, small[name])


def shapes(model):
    return {k: tuple(v.shape) for k, v in state(model).items()}


def digest(model):
    """SHA-256 of all tensors, sorted by name, as little-endian f32 one after the other."""
    out = hashlib.sha256()
    for _, t in sorted(state(model).items()):
        out.update(t.numpy().astype("<f4").tobytes())
    return out.hexdigest()


def fill(network, model):
    """Formula weights; returns the f32 model."""
    with torch.no_grad():
        for name, t in state(model).items():
            t.copy_(torch.from_numpy(tensor(name, tuple(t.shape), network.gain, network.spread)))
    return model


# ---------------------------------------------------------------------------------------------------------------------
# What is measured


def run(network, model, x, taps=(), target=None, explain=True):
    """Logits, gradient of the target's logit with respect to `x`, and the outputs of the modules `taps`."""
    seen, hooks = {}, []
    for path in taps:
        # Cloned: a ReLU that follows may work in place.
        hooks.append(model.get_submodule(path).register_forward_hook(
            lambda _, __, out, path=path: seen.__setitem__(path, out.detach().clone())))
    x = x.clone().requires_grad_()
    with explanation_mode(model) if network.bcos and explain else contextlib.nullcontext():
        logits = model(x)
        target = int(logits[0].argmax()) if target is None else target
        gradient = torch.autograd.grad(logits[0, target], x)[0]
    for hook in hooks:
        hook.remove()
    return logits.detach(), gradient, seen, target


def relative(a, b, minus=0.0):
    a, b = a.double() - minus, b.double() - minus
    return ((a - b).norm() / b.norm()).item()


def noisy(model, number):
    """The model in f64 with each weight off by about one rounding of f32, to see how near a kink the input is."""
    generator = torch.Generator().manual_seed(number)
    for t in state(model).values():
        t.mul_(1 + NOISE * torch.randn(t.shape, generator=generator, dtype=torch.float64).to(t.dtype))
    return model


def measure(network, by, size, tries, noises):
    """Take the input whose gradient moves least under f32's rounding and under noise."""
    with torch.no_grad():
        single = fill(network, network.make(by))
        double = network.make(by).double()
        double.load_state_dict(single.state_dict())
        variants = []
        for number in range(noises):
            variant = network.make(by).double()
            variant.load_state_dict(double.state_dict())
            variants.append(noisy(variant, number))
    bias = next((m.logit_bias for m in double.modules() if isinstance(m, LogitLayer)), 0.0)
    best = None
    for attempt in range(tries):
        name = f"input.{attempt}"
        x = torch.from_numpy(network_input(name, size, network.bcos))
        logits, gradient, seen, target = run(network, double, x.double(), network.taps)
        logits32, gradient32, seen32, _ = run(network, single, x, network.taps, target)
        shaken = [run(network, v, x.double(), (), target) for v in variants]
        report = {
            "logits": relative(logits32, logits, bias), "gradient": relative(gradient32, gradient),
            "taps": {k: relative(seen32[k], v) for k, v in seen.items()},
            "gradient_blocks": relative(blocks(gradient32), blocks(gradient)),
            "logits_with_noise": max(relative(s[0], logits, bias) for s in shaken),
            "gradient_with_noise": max(relative(s[1], gradient) for s in shaken),
            "gradient_blocks_with_noise": max(relative(blocks(s[1]), blocks(gradient)) for s in shaken),
        }
        worst = max(report["gradient"], report["gradient_with_noise"])
        if best is None or worst < best[0]:
            best = worst, name, x, logits, gradient, seen, target, report
        if worst < 3e-6:
            break
    _, name, x, logits, gradient, seen, target, report = best
    plain = None
    if network.bcos:
        plain = run(network, double, x.double(), (), target, explain=False)[1]
        if network.patched:  # without position embedding all is linear, so that contributions add up to the logit
            total = (x.double() * gradient).sum().item()
            assert math.isclose(total, logits[0, target].item() - bias, rel_tol=1e-9), (total, logits[0, target], bias)
    return name, x, logits, gradient, seen, target, report, bias, plain, digest(single)


def stride(shape):
    """The least step that gives at most TAP_NUMBERS numbers and has no factor in common with any axis."""
    n = math.prod(shape)
    step = max(1, -(-n // TAP_NUMBERS))
    while step > 1 and any(math.gcd(step, axis) > 1 for axis in shape if axis > 1):
        step += 1
    return step


def block(size):
    """The side of the square blocks whose means are stored."""
    return {224: 16, 448: 32, 300: 20}.get(size, 8)


def blocks(t):
    side = block(t.shape[-1])
    assert t.shape[-1] % side == 0 and t.shape[-2] % side == 0
    return nn.functional.avg_pool2d(t, side)


def write(path, tensors, metadata):
    """Safetensors whose header is sorted, so that the same numbers give the same bytes."""
    data = save({k: np.ascontiguousarray(v.float().numpy()) for k, v in tensors.items()}, metadata)
    end = 8 + int.from_bytes(data[:8], "little")
    text = json.dumps(json.loads(data[8:end]), sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    data = len(text).to_bytes(8, "little") + text + data[end:]
    path.write_bytes(data)
    return len(data)


def text(value):
    return json.dumps(value, separators=(",", ":"))


def about(network, by, size, name, target, report, bias, extra):
    gain = "sqrt(2)" if network.gain == math.sqrt(2.0) else repr(network.gain)
    values = {
        "network": network.id, "source": network.source, "divisor": str(by), "gain": gain,
        "classes": str(CLASSES if by == 1 else SMALL_CLASSES), "input": name, "size": text(list(size)),
        "normalisation": "[u, 1 - u]" if network.bcos else "(u - 0.5) / 0.25", "target": str(target),
        "f32_against_f64": text({k: rounded(v) for k, v in report.items()}), **extra,
    }
    if network.bcos:
        values |= {"logit_bias": repr(bias), "spread": repr(network.spread)}
    return values


def rounded(v):
    return {k: rounded(x) for k, x in v.items()} if isinstance(v, dict) else float(f"{v:.2e}")


def small(network):
    with torch.device("meta"):
        full = shapes(network.make())
        check_division(network, full, shapes(network.make(network.by)))
    name, x, logits, gradient, seen, target, report, bias, plain, weights = measure(
        network, network.by, network.size, TRIES if network.kinks else 1, 3)
    out = {"logits": logits, "gradient": gradient}
    taps = []
    for path, value in seen.items():
        step = stride(value.shape)
        taps.append({"module": path, "shape": list(value.shape), "stride": step})
        out[f"tap.{path}"] = value.flatten()[::step]
    if network.bcos:
        out["contribution"] = (x.double() * gradient).sum(1, keepdim=True)
        out["plain_gradient_blocks"] = blocks(plain)
    metadata = about(network, network.by, network.size, name, target, report, bias,
                     {"taps": text(taps), "weights_sha256": weights})
    length = write(HERE / f"{network.id}.safetensors", out, metadata)
    log(network.id, length, name, target, logits, gradient, seen, report)


def large(network, side):
    tap = network.taps[1]
    name, x, logits, gradient, seen, target, report, bias, plain, weights = measure(
        network, 1, (side, side), FULL_TRIES if network.kinks else 1, 1)
    value = seen[tap]
    # Channels are the second of four axes, but the last of tokens (three axes, or four in a patch embedding).
    means = value.mean((2, 3)) if value.ndim == 4 else value.mean(1)
    out = {"logits": logits, "gradient_blocks": blocks(gradient), f"tap_means.{tap}": means}
    if network.bcos:
        out["contribution_blocks"] = blocks((x.double() * gradient).sum(1, keepdim=True))
    extra = {"tap": text({"module": tap, "shape": list(value.shape)}), "block": str(block(side)),
             "weights_sha256": weights}
    metadata = about(network, 1, (side, side), name, target, report, bias, extra)
    length = write(HERE / f"{network.id}.full{side}.safetensors", out, metadata)
    log(f"{network.id}.full{side}", length, name, target, logits, gradient, seen, report)


def log(id, length, name, target, logits, gradient, seen, report):
    print(f"{id}: {length} bytes, {name}, class {target}, logits {logits.min():.3g}..{logits.max():.3g}, "
          f"gradient rms {gradient.square().mean().sqrt():.2g}, taps rms "
          f"{[float(f'{v.square().mean().sqrt():.2g}') for v in seen.values()]}; {text(rounded(report))}", flush=True)


# ---------------------------------------------------------------------------------------------------------------------
# Names, shapes and counts at full width


def count(network, model, side):
    """Multiply-adds of convolutions and linear layers, and those of the two products of attention, for one image."""
    total, attention, hooks = 0, 0, []

    def conv(m, inputs, out):
        nonlocal total
        total += out.numel() * m.weight[0].numel()

    def linear(m, inputs, out):
        nonlocal total
        total += out.numel() * m.in_features

    def multihead(m, inputs, out):
        nonlocal total, attention
        tokens, dim = inputs[0].shape[1], m.embed_dim
        total += tokens * 4 * dim * dim  # in_proj and out_proj, which are not called as modules
        attention += 2 * tokens * tokens * dim

    def own(m, inputs, out):
        nonlocal attention
        attention += 2 * inputs[0].shape[1] ** 2 * inputs[0].shape[2]

    inside = {id(c) for m in model.modules() if isinstance(m, nn.MultiheadAttention) for c in m.modules()}
    for m in model.modules():
        if isinstance(m, nn.MultiheadAttention):
            hooks.append(m.register_forward_hook(multihead))
        elif id(m) in inside:
            continue
        elif isinstance(m, nn.Conv2d):
            hooks.append(m.register_forward_hook(conv))
        elif isinstance(m, nn.Linear):
            hooks.append(m.register_forward_hook(linear))
        elif type(m).__name__ == "Attention":
            hooks.append(m.register_forward_hook(own))
    with torch.no_grad():
        model(torch.zeros(1, 6 if network.bcos else 3, side, side))
    for hook in hooks:
        hook.remove()
    return total, attention


# timm's names as patterns, and the names above for the same tensors.
TF_LITE = [  # of tf_efficientnet_lite*; blocks are numbered through
    (r"conv_stem\.", "_conv_stem."), (r"bn1\.", "_bn0."), (r"conv_head\.", "_conv_head."), (r"bn2\.", "_bn1."),
    (r"classifier\.", "_fc."),
    (r"(blocks\.0\.\d+)\.conv_dw\.", r"\1._depthwise_conv."), (r"(blocks\.0\.\d+)\.bn1\.", r"\1._bn1."),
    (r"(blocks\.0\.\d+)\.conv_pw\.", r"\1._project_conv."), (r"(blocks\.0\.\d+)\.bn2\.", r"\1._bn2."),
    (r"(blocks\.\d+\.\d+)\.conv_pw\.", r"\1._expand_conv."), (r"(blocks\.\d+\.\d+)\.bn1\.", r"\1._bn0."),
    (r"(blocks\.\d+\.\d+)\.conv_dw\.", r"\1._depthwise_conv."), (r"(blocks\.\d+\.\d+)\.bn2\.", r"\1._bn1."),
    (r"(blocks\.\d+\.\d+)\.conv_pwl\.", r"\1._project_conv."), (r"(blocks\.\d+\.\d+)\.bn3\.", r"\1._bn2."),
]
TIMM_CONVNEXT = [  # of convnext_tiny; gamma [C] is layer_scale [C,1,1]
    (r"stem\.", "features.0."),
    (r"stages\.(\d)\.downsample\.", lambda m: f"features.{2 * int(m[1])}."),
    (r"stages\.(\d)\.blocks\.(\d+)\.gamma", lambda m: f"features.{2 * int(m[1]) + 1}.{m[2]}.layer_scale"),
    *[(rf"stages\.(\d)\.blocks\.(\d+)\.{old}\.",
       lambda m, new=new: f"features.{2 * int(m[1]) + 1}.{m[2]}.block.{new}.")
      for old, new in (("conv_dw", 0), ("norm", 2), (r"mlp\.fc1", 3), (r"mlp\.fc2", 5))],
    (r"head\.norm\.", "classifier.0."), (r"head\.fc\.", "classifier.2."),
]
TIMM_VIT = [  # of vit_base_patch16_224 and deit_*
    ("cls_token", "class_token"), ("pos_embed", "encoder.pos_embedding"), (r"patch_embed\.proj\.", "conv_proj."),
    *[(rf"blocks\.(\d+)\.{old}", rf"encoder.layers.encoder_layer_\1.{new}")
      for old, new in ((r"norm1\.", "ln_1."), (r"attn\.qkv\.", "self_attention.in_proj_"),
                       (r"attn\.proj\.", "self_attention.out_proj."), (r"norm2\.", "ln_2."), (r"mlp\.fc1\.", "mlp.0."),
                       (r"mlp\.fc2\.", "mlp.3."))],
    (r"norm\.", "encoder.ln."), (r"head\.", "heads.head."),
]


def renamed(name, table):
    return next(re.sub("^" + old, new, name) for old, new in table if re.match(old, name))


def same_answers():
    """timm's twins of networks here have the same names, or under a table of names the same answers."""
    with torch.device("meta"):
        for depth in (18, 34, 50, 101, 152):
            a, b = shapes(timm.create_model(f"resnet{depth}")), shapes(getattr(tv, f"resnet{depth}")())
            assert list(a.items()) == list(b.items())
    pairs = [(f"efficientnet_lite{n}", f"tf_efficientnet_lite{n}", TF_LITE, (96, 75)) for n in range(5)]
    pairs += [("convnext_tiny", "convnext_tiny", TIMM_CONVNEXT, (96, 64)),
              ("vit_b_16", "vit_base_patch16_224", TIMM_VIT, (224, 224))]
    notes, known = {}, {n.id: n for n in networks()}
    for id, twin, table, size in pairs:
        network = known[id]
        a, b = fill(network, network.make()).double(), timm.create_model(twin).eval().double()
        weights, block, found = state(a), {}, {}
        for name, t in state(b).items():
            new = renamed(name, table)
            if table is TF_LITE and new.startswith("blocks."):
                _, stage, number, rest = new.split(".", 3)
                new = f"_blocks.{block.setdefault((stage, number), len(block))}.{rest}"
            found[name] = weights.pop(new).reshape(t.shape)
        assert not weights
        b.load_state_dict(found, strict=False)
        x = torch.from_numpy(network_input("input.0", size, False)).double()
        with torch.no_grad():
            notes[twin] = relative(b(x), a(x))
            assert notes[twin] < 1e-12, notes
            if id.startswith("efficientnet_lite"):  # the padding of the package's default is right at its native size
                fixed = EfficientNet.from_name(id.replace("_lite", "-lite")).eval().double()
                fixed.load_state_dict(a.state_dict())
                x = torch.from_numpy(network_input("input.0", (network.native,) * 2, False)).double()
                assert relative(fixed(x), a(x)) < 1e-12
    return notes


def names(all_networks):
    extra = [
        Network("timm_vit_base_patch16_224", *timm_vit("vit_base_patch16_224", 768, 12), 1, 1.0, [], patched=False),
        Network("timm_tf_efficientnet_lite0", "timm.create_model('tf_efficientnet_lite0')",
                lambda classes, by: timm.create_model("tf_efficientnet_lite0", num_classes=classes), 1, 1.0, []),
    ]
    lines = []
    for network in all_networks + extra:
        with torch.device("meta"):
            model = network.make()
            parameters = sum(p.numel() for p in model.parameters())
            total, attention = count(network, model, 224)
            entry = {"source": network.source, "parameters": parameters, "multiply_adds_224": total}
            if attention:
                entry["attention_multiply_adds_224"] = attention
            if network.native != 224:
                entry["native"] = network.native
                entry["multiply_adds_native"] = count(network, model, network.native)[0]
            entry["tensors"] = [[k, list(v)] for k, v in shapes(model).items()]
        lines.append(json.dumps(network.id) + ":" + text(entry))
        print(network.id, {k: v for k, v in entry.items() if k not in ("tensors", "source")}, flush=True)
    (HERE / "names.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print("relative L2 of timm's answers from efficientnet_lite_pytorch's:", same_answers())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="parts of ids, separated by commas")
    parser.add_argument("--names", action="store_true", help="names.json alone")
    a = parser.parse_args()
    torch.set_num_threads(1)
    all_networks = networks()
    if a.only is None:
        names(all_networks)
    if a.names:
        return
    wanted = [""] if a.only is None else a.only.split(",")
    for network in all_networks:
        if any(w in network.id for w in wanted):
            small(network)
    for id, side in FULL:
        if any(w in f"{id}.full{side}" for w in wanted):
            large(next(n for n in all_networks if n.id == id), side)


if __name__ == "__main__":
    main()
