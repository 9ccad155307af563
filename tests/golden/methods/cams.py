"""Class activation maps by pytorch-grad-cam, raw: before its ReLU, its min-max and its resizing."""
import numpy as np
import pytorch_grad_cam as pgc
import torch
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import nn
from torch.nn import functional as F

LIBRARY = {
    "gradcam": pgc.GradCAM, "gradcam++": pgc.GradCAMPlusPlus, "xgradcam": pgc.XGradCAM, "hirescam": pgc.HiResCAM,
    "elementwise": pgc.GradCAMElementWise, "layercam": pgc.LayerCAM, "eigencam": pgc.EigenCAM,
    "eigengradcam": pgc.EigenGradCAM, "scorecam": pgc.ScoreCAM,
}


def placed(tokens):
    """Tokens [N, before + h w, K] as [N, K, h, w]; None where the features have places already."""
    if tokens is None:
        return None
    before, (h, w) = tokens
    return lambda t: t[:, before:].reshape(len(t), h, w, -1).permute(0, 3, 1, 2)


def library(case, module, kind):
    """What the class makes before the pipeline that its base adds; and features and gradients, [1, K, h, w]."""
    model = case.model()
    layer = model.get_submodule(module)
    with kind(model, [layer], placed(case.net.tokens)) as cam:
        y = cam.activations_and_grads(case.x)[0, case.target]
        y.backward(retain_graph=True)
        a, g = cam.activations_and_grads.activations[0].numpy(), cam.activations_and_grads.gradients[0].numpy()
        targets = [ClassifierOutputTarget(case.target)]
        return cam.get_cam_image(case.x, layer, targets, a, g, False)[0], a[0], g[0]


def signed(map, reference):
    """The sign of an eigenvector is free; here the map agrees with the channels' mean."""
    product = (map * reference).sum()
    assert abs(product) > 1e-3 * np.linalg.norm(map) * np.linalg.norm(reference)
    return map * np.sign(product)


def features(case, module, x=None, change=None):
    """Logit of the target; the module's output, changed on the way if `change` is given."""
    model, seen = case.model(), []

    def hook(_, __, out):
        out = out if change is None else change(out)
        seen.append(out)
        return out
    model.get_submodule(module).register_forward_hook(hook)
    return case.logit(case.x if x is None else x, model), seen[0]


def ablation(case, module):
    """w_k = (y - y_k) / y with channel k set to zero."""
    place = placed(case.net.tokens)
    with torch.no_grad():
        y, a = features(case, module)
        maps = a if place is None else place(a)
        weights = []
        for k in range(maps.shape[1]):
            def without(out, k=k):
                out = out.clone()
                if place is None:
                    out[:, k] = 0
                else:
                    out[:, case.net.tokens[0]:, k] = 0
                return out
            weights.append((y - features(case, module, change=without)[0]) / y)
        return (torch.stack(weights)[:, :, None] * maps[0]).sum(0), torch.cat(weights)


def opticam(case, module, steps=100, plain=False):
    """Zhang et al. 2023: the mask of a softmax-weighted sum of channels that keeps the logit."""
    place, x = placed(case.net.tokens), case.x
    with torch.no_grad():
        y, a = features(case, module)
    a = (a if place is None else place(a)).relu().detach()
    u = torch.full((1, a.shape[1], 1, 1), 0.5, dtype=case.dtype, requires_grad=True)
    adam, before = torch.optim.Adam([u], lr=0.1), None

    def mask():
        s = F.interpolate((u.softmax(1) * a).sum(1, keepdim=True), x.shape[2:], mode="bilinear", align_corners=False)
        return (s - s.min()) / (s.max() - s.min())
    model, stopped = case.model(), steps
    for step in range(steps):
        difference = y - case.logit(x * mask(), model)
        loss = (difference if plain else difference.abs()).sum()
        if step % (steps // 10) == 0:
            if before is not None and loss.item() > before:
                stopped = step
                break
            before = loss.item()
        adam.zero_grad()
        loss.backward()
        adam.step()
    return mask().detach()[0, 0], stopped


def postprocessed(t):
    """Of FullGrad: absolute values, brought to [0, 1] over all channels and places of a layer together."""
    t = t.abs()
    t = t - t.min()
    return t / (t.max() + 1e-6)


def bias(m):
    """What a layer adds; for a batch norm that with the mean taken in."""
    if isinstance(m, nn.BatchNorm2d):
        return m.bias - m.running_mean * m.weight / (m.running_var + m.eps).sqrt()
    return m.bias if isinstance(m, (nn.Conv2d, nn.Linear)) else None


def fullgrad(case):
    model, seen = case.model(), []
    for m in model.modules():
        if bias(m) is not None:
            m.register_forward_hook(lambda m, _, out: seen.append((bias(m).detach(), out)))
    x = case.x.clone().requires_grad_()
    y = case.logit(x, model)[0]
    slopes = torch.autograd.grad(y, [x] + [out for _, out in seen])
    parts = [slopes[0] * x]
    for (b, _), g in zip(seen, slopes[1:]):
        parts.append(g * (b[:, None, None] if g.ndim == 4 else b))
    total = sum(p.sum() for p in parts)
    gap = ((total - y) / y).abs().item()
    if case.net.kind == "relu":
        assert gap < (1e-9 if case.dtype == torch.float64 else 1e-4), gap
    map = sum(F.interpolate(postprocessed(p), x.shape[2:], mode="bilinear", align_corners=True).sum(1)
              for p in parts if p.ndim == 4)
    return map.detach()[0], gap


DESCENTS = ("opticam", 100, False), ("opticam.plain", 100, True), ("opticam.short", 10, True)


def at(case, node, module, suffix, costly):
    for id, kind in LIBRARY.items():
        if id == "scorecam" and not costly:
            continue
        map, a, g = library(case, module, kind)
        if id.startswith("eigen"):
            if map.shape == (1, 1):
                continue
            map = signed(map, (a if id == "eigencam" else a * g).mean(0))
        yield id + suffix, map, {"node": node}
    if costly:
        map, weights = ablation(case, module)
        yield "ablationcam" + suffix, map, {"node": node}
        yield "ablationcam.weights" + suffix, weights, {"node": node}
        for id, steps, plain in DESCENTS:
            map, stopped = opticam(case, module, steps, plain)
            yield id + suffix, map, {"node": node, "steps": stopped, "max_steps": steps}


def is_small(case):
    return case.x.shape[-1] < 100


def maps(case):
    for i, (node, module) in enumerate(case.net.nodes.items()):
        # Earlier layers of the trained networks have few channels; a photo goes through the network once for each.
        costly = is_small(case) or i > 0
        yield from at(case, node, module, f"@{node}" if i else "", costly)
    if case.net.kind in ("relu", "relu6"):
        map, gap = fullgrad(case)
        yield "fullgrad", map, {"completeness_gap": float(f"{gap:.1e}")}
