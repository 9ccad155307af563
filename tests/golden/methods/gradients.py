"""Gradients and what is made of them, by captum; each function yields (id, map, facts)."""
from contextlib import contextmanager
from unittest import mock

import numpy as np
import torch
from captum.attr import (Deconvolution, DeepLift, GradientShap, GuidedBackprop, GuidedGradCam, InputXGradient,
                         IntegratedGradients, NoiseTunnel, Saliency)
from torch import nn
from torch.nn import functional as F
from zennit import composites

from draws import Stream
from networks import zoo
from rescale import rescale

SAMPLES, RULES = 8, [("gausslegendre", 50), ("riemann_middle", 20), ("riemann_trapezoid", 20)]


def close(a, b, by, what):
    off = ((a - b).norm() / b.norm()).item()
    assert off < by, (what, off)


def plain(case):
    gradient = Saliency(case.model()).attribute(case.x, target=case.target, abs=False)
    yield "gradient", gradient, {}
    yield "input_x_gradient", InputXGradient(case.model()).attribute(case.x, target=case.target), {}


def integrated(case):
    """captum's trapezoid sums to (n - 1) / n; that is put right here."""
    zero = torch.zeros_like(case.x)
    with torch.no_grad():
        wanted = (case.logit(case.x) - case.logit(zero)).item()
    for rule, n in RULES:
        map = IntegratedGradients(case.model()).attribute(case.x, zero, case.target, n_steps=n, method=rule)
        if rule == "riemann_trapezoid":
            map = map * n / (n - 1)
        gap = map.sum().item() - wanted
        if case.net.kind == "smooth" and rule == "gausslegendre":
            assert abs(gap) < 1e-3 * abs(wanted), (gap, wanted)
        yield f"integrated_gradients.{rule}", map, {"n": n, "logit_difference": wanted, "gap": float(f"{gap:.3e}")}


@contextmanager
def noise_of(draws):
    """torch.normal gives these draws times the deviation that it is asked for."""
    def normal(mean, deviation):
        return torch.from_numpy(draws).to(deviation).reshape(deviation.shape) * deviation
    with mock.patch.object(torch, "normal", normal):
        yield


def smooth(case):
    draws = Stream("noise").normal(np.arange(SAMPLES * case.x.numel()))
    deviation = 0.15 * (case.x.max() - case.x.min()).item()
    tunnel = NoiseTunnel(Saliency(case.model()))
    for kind in ("smoothgrad", "smoothgrad_sq", "vargrad"):
        with noise_of(draws):
            map = tunnel.attribute(case.x, nt_type=kind, nt_samples=SAMPLES, stdevs=deviation, target=case.target,
                                   abs=False)
        yield kind, map, {"n": SAMPLES, "deviation": deviation}


def formula_images(count, case):
    """More inputs by the formula of the zoo: `baseline.0`, ..."""
    size = tuple(case.x.shape[2:])
    images = [zoo.network_input(f"baseline.{i}", size, case.net.kind == "bcos") for i in range(count)]
    return torch.from_numpy(np.concatenate(images)).to(case.x)


def expected(case):
    baselines = torch.cat([torch.zeros_like(case.x), formula_images(1, case)])
    picks = Stream("baseline").below(np.arange(SAMPLES), len(baselines))
    places = Stream("path").uniform(np.arange(SAMPLES))
    assert len(set(picks)) > 1
    with mock.patch.object(np.random, "choice", lambda *a, **k: picks), \
            mock.patch.object(np.random, "uniform", lambda *a, **k: places):
        map = GradientShap(case.model()).attribute(case.x, baselines, n_samples=SAMPLES, stdevs=0.0, target=case.target)
    total, model = 0.0, case.model()
    for pick, place in zip(picks, places):
        b = baselines[pick : pick + 1]
        total = total + (case.x - b) * case.gradient(b + place * (case.x - b), model) / SAMPLES
    close(map, total, 1e-9 if case.dtype == torch.float64 else 1e-2, "expected gradients")
    yield "expected_gradients", map, {"n": SAMPLES, "baselines": ["zero", "formula image baseline.0"],
                                      "picks": [int(p) for p in picks]}


class Copied(nn.Module):
    def forward(self, x):
        return x.clone()


def summed(values, index, kernel, stride, padding, size):
    """What max_unpool2d does, but adding where windows overlap and the same place is the greatest of several."""
    out = torch.zeros(*size[:2], size[2] * size[3], dtype=values.dtype)
    return out.scatter_add(2, index.flatten(2), values.flatten(2)).reshape(size)


def repaired(case, zero):
    """captum's DeepLift without its two defects at max pools.

    A ReLU right before a pool sees the gradient from before the pool's rule, since both hang on one tensor; a copy in
    between helps. Where windows overlap, all but one of the shares that one place gets are lost.
    """
    model = case.model()
    for name, m in list(model.named_modules()):
        if isinstance(m, nn.MaxPool2d):
            parent, _, last = name.rpartition(".")
            setattr(model.get_submodule(parent), last, nn.Sequential(Copied(), m))
    with mock.patch.object(F, "max_unpool2d", summed):
        return DeepLift(model).attribute(case.x, zero, case.target)


def deeplift(case):
    zero = torch.zeros_like(case.x)
    map = repaired(case, zero)
    with torch.no_grad():
        wanted = (case.logit(case.x) - case.logit(zero)).item()
    if case.dtype == torch.float64:
        assert abs(map.sum().item() - wanted) < 1e-9 * abs(wanted), (map.sum(), wanted)
        close(rescale(case.model(), case.x, zero, case.target), map, 1e-9, "rescale")
    theirs = DeepLift(case.model()).attribute(case.x, zero, case.target)
    yield "deeplift", map, {"logit_difference": wanted, "unrepaired_sum": float(f"{theirs.sum().item():.4g}")}


def overridden(case, positive):
    """Captum's hooks on ReLU, here on ReLU6 too: `positive` makes a new gradient of that in front and that behind."""
    model = case.model()
    for m in model.modules():
        if isinstance(m, (nn.ReLU, nn.ReLU6)):
            m.register_full_backward_hook(lambda _, before, behind: (positive(before[0], behind[0]),))
    return case.gradient(model=model)


def guided(case):
    own = {"guided_backprop": overridden(case, lambda before, behind: before.relu()),
           "deconvnet": overridden(case, lambda before, behind: behind.relu())}
    if case.net.kind == "relu":
        for id, method, other in (("guided_backprop", GuidedBackprop, composites.GuidedBackprop),
                                  ("deconvnet", Deconvolution, composites.DeconvNet)):
            map = method(case.model()).attribute(case.x, target=case.target)
            close(own[id], map, 1e-12 if case.dtype == torch.float64 else 1e-2, id)
            with other().context(case.model()) as model:
                close(case.gradient(model=model), map, 1e-12 if case.dtype == torch.float64 else 1e-2, id)
            own[id] = map
    for id, map in own.items():
        yield id, map, {}
    node, module = next(iter(case.net.nodes.items()))
    yield "guided_gradcam", guided_cam(case, module, own["guided_backprop"]), {"node": node}


def guided_cam(case, name, guided):
    """By captum where it knows the activation; else the same product."""
    model = case.model()
    layer = model.get_submodule(name)
    if case.net.kind == "relu":
        return GuidedGradCam(model, layer).attribute(case.x, target=case.target, interpolate_mode="bilinear")
    seen = []
    hook = layer.register_forward_hook(lambda _, __, out: seen.append(out))
    y = case.logit(case.x.clone().requires_grad_(), model).sum()
    hook.remove()
    slope = torch.autograd.grad(y, seen[0])[0]
    cam = (slope.mean((2, 3), keepdim=True) * seen[0]).sum(1, keepdim=True).relu()
    return guided * F.interpolate(cam.detach(), case.x.shape[2:], mode="bilinear", align_corners=False)


def maps(case):
    kind = case.net.kind
    yield from plain(case)
    yield from integrated(case)
    yield from smooth(case)
    yield from expected(case)
    if kind in ("relu", "relu6"):
        yield from guided(case)
    if kind == "relu":
        yield from deeplift(case)
