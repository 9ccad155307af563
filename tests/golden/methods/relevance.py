"""Layer-wise relevance propagation by zennit's rules, on canonised networks; it starts with the target's logit."""
import torch
from torch import nn
from zennit.composites import (EpsilonAlpha2Beta1, EpsilonGammaBox, EpsilonPlus, EpsilonPlusFlat, LayerMapComposite,
                               layer_map_base)
from zennit.rules import Epsilon
from zennit.torchvision import ResNetCanonizer
from zennit.types import Linear

import facct
from canonical import canonical
from networks import zoo

COMPOSITES = {
    "epsilon": lambda **k: LayerMapComposite(layer_map_base() + [(Linear, Epsilon(epsilon=1e-6, **k))]),
    "epsilon_plus": EpsilonPlus,
    "epsilon_plus_flat": EpsilonPlusFlat,
    "epsilon_alpha2_beta1": EpsilonAlpha2Beta1,
    "epsilon_gamma_box": lambda **k: EpsilonGammaBox(low=-3.0, high=3.0, **k),
}
WITHOUT_BIAS = {"epsilon_plus", "epsilon_alpha2_beta1"}
# Named as in the product; modules whose outputs hold the relevance of that value, all branches added.
SUMS = {"resnet18": [("maxpool", "maxpool"), ("layer1.1", "own.layer1_1_relu_1"), ("layer2.1", "own.layer2_1_relu_1"),
                     ("layer3.1", "own.layer3_1_relu_1"), ("layer4.1", "own.layer4_1_relu_1")]}


class Kept(nn.Module):
    """A module whose output's gradient, here its relevance, is kept."""

    def __init__(self, module):
        super().__init__()
        self.module, self.seen = module, None

    def forward(self, x):
        self.seen = self.module(x).clone()
        return self.seen


def relevance(case, model, composite, nodes=()):
    """The map; the sums at `nodes`, then that of the input."""
    kept = []
    for _, name in nodes:
        parent, _, last = name.rpartition(".")
        kept.append(Kept(model.get_submodule(name)))
        setattr(model.get_submodule(parent), last, kept[-1])
    x = case.x.clone().requires_grad_()
    with composite.context(model) as changed:
        logits = changed(x)
        start = torch.zeros_like(logits)
        start[0, case.target] = logits[0, case.target].detach()
        map, *rest = torch.autograd.grad(logits, [x] + [k.seen for k in kept], start)
    return map, torch.stack([r.sum() for r in rest] + [map.sum()])


def close(a, b, by, what):
    off = ((a - b).norm() / b.norm()).item()
    assert off < by, (what, off)


def checked_with_zennits_own(case, map):
    """The ResNet in its own form, by zennit's canoniser."""
    network = next(n for n in zoo.networks() if n.id == "resnet18")
    model = zoo.fill(network, network.make(network.by)).to(case.dtype)
    with EpsilonPlus(canonizers=[ResNetCanonizer()]).context(model) as changed:
        x = case.x.clone().requires_grad_()
        logits = changed(x)
        start = torch.zeros_like(logits)
        start[0, case.target] = logits[0, case.target].detach()
        theirs = torch.autograd.grad(logits, x, start)[0]
    # They leave a factor 1/sqrt(1 + 1e-5) a batch norm.
    close(map, theirs, 5e-4, "ResNetCanonizer")


def checked_without_biases(case):
    """LRP-0 of a ReLU network without biases is input times gradient, and sums to the logit."""
    model = canonical(case)
    for m in model.modules():
        if getattr(m, "bias", None) is not None:
            m.bias.data.zero_()
    x = case.x.clone().requires_grad_()
    y = case.logit(x, model)[0]
    gradient = torch.autograd.grad(y, x)[0]
    tiny = dict(stabilizer=1e-13)
    composite = LayerMapComposite(layer_map_base(**tiny) + [(Linear, Epsilon(epsilon=1e-13))])
    map, _ = relevance(case, model, composite)
    close(map, case.x * gradient, 1e-6, "LRP-0")
    assert abs(map.sum() - y) < 1e-6 * abs(y)


def maps(case):
    if case.net.id == "resnet18" and case.dtype == torch.float64:
        checked_without_biases(case)
    nodes = SUMS.get(case.net.id, [])
    names = [n for n, _ in nodes] + ["input"]
    for id, composite in COMPOSITES.items():
        map, sums = relevance(case, canonical(case), composite(), nodes)
        if case.net.id == "resnet18" and id == "epsilon_plus" and case.dtype == torch.float64:
            checked_with_zennits_own(case, map)
        yield f"lrp.{id}", map, {}
        if nodes:
            yield f"lrp.{id}.sums", sums, {"nodes": names}
        if id in WITHOUT_BIAS:
            map, sums = relevance(case, canonical(case), composite(zero_params="bias"), nodes)
            if id == "epsilon_plus" and case.net.kind == "relu":
                logit = case.logits[0, case.target]
                assert abs(map.sum() - logit) < 1e-3 * abs(logit), (map.sum(), logit)
            yield f"lrp.{id}.no_bias", map, {}
            if nodes:
                yield f"lrp.{id}.no_bias.sums", sums, {"nodes": names}
    if case.net.id in ("resnet18", "vgg11", "resnet18_trained"):
        yield "lrp.facct24", facct.relevance(case), {}
