"""Canonisation of traced networks before relevance goes back through them; outputs stay as they are (asserted).

Zennit's own canonisers pair modules by the order in which they were defined, which is wrong for DenseNet, and leave a
factor of 1/sqrt(1 + epsilon) where a batch norm was. Here a batch norm goes exactly into the convolution before it, by
the order of calls; one that stands before ReLU and a linear layer goes right through the ReLU into that layer.
"""
import copy

import torch
from torch import nn
from torch.nn.modules.activation import Threshold


def scale_and_shift(norm):
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    return scale.detach(), (norm.bias - norm.running_mean * scale).detach()


class Thresholded(Threshold):
    """T of ReLU(s x + t) = s T(x) + t: x where s x + t > 0, else -t / s. To zennit an activation, which passes on."""

    def __init__(self, scale, shift):
        super().__init__(0.0, 0.0)
        self.register_buffer("scale", scale[:, None, None])
        self.register_buffer("shift", shift[:, None, None])

    def forward(self, x):
        return torch.where(self.scale * x + self.shift > 0, x, -self.shift / self.scale)


def merged_left(model):
    """Into the convolution or linear layer before, where the norm is all that takes from it."""
    modules = dict(model.named_modules())
    for node in list(model.graph.nodes):
        norm = modules.get(node.target) if node.op == "call_module" else None
        before = node.args[0] if isinstance(norm, nn.BatchNorm2d) else None
        conv = modules.get(before.target) if before is not None and before.op == "call_module" else None
        if not isinstance(conv, nn.Conv2d) or len(before.users) > 1:
            continue
        scale, shift = scale_and_shift(norm)
        conv.weight.data *= scale[:, None, None, None]
        old = conv.bias.detach() if conv.bias is not None else torch.zeros_like(shift)
        conv.bias = nn.Parameter(old * scale + shift)
        node.replace_all_uses_with(before)
        model.graph.erase_node(node)
    model.recompile()


def merged_right(model):
    """BN, ReLU and then one unpadded convolution, or a mean over places and one linear layer."""
    modules = dict(model.named_modules())
    for node in list(model.graph.nodes):
        norm = modules.get(node.target) if node.op == "call_module" else None
        if not isinstance(norm, nn.BatchNorm2d):
            continue
        relu, = node.users
        taker, = relu.users
        while not isinstance(modules.get(taker.target), (nn.Conv2d, nn.Linear)):
            assert isinstance(modules.get(taker.target), nn.AdaptiveAvgPool2d) or taker.target is torch.flatten
            taker, = taker.users
        scale, shift = scale_and_shift(norm)
        assert isinstance(modules[relu.target], nn.ReLU) and (scale != 0).all()
        into(modules[taker.target], scale, shift)
        model.add_submodule(relu.target, Thresholded(scale, shift))
        node.replace_all_uses_with(node.args[0])
        model.graph.erase_node(node)
    model.recompile()


def into(layer, scale, shift):
    assert isinstance(layer, nn.Linear) or layer.padding == (0, 0)
    weight = layer.weight.data.flatten(2).squeeze(2) if layer.weight.ndim == 4 else layer.weight.data
    bias = layer.bias.detach() if layer.bias is not None else torch.zeros_like(weight[:, 0])
    layer.bias = nn.Parameter(bias + weight @ shift)
    layer.weight.data *= scale[:, None, None] if layer.weight.ndim == 4 else scale


def canonical(case):
    """Batch norms merged; of f32 weights in f64, so both precisions see the same network."""
    model = copy.deepcopy(case.net.model).double()
    merged_left(model)
    merged_right(model)
    assert not any(isinstance(n, nn.BatchNorm2d) for n in called(model))
    with torch.no_grad():
        off = (model(case.net.x.double()) - case.net.model.double()(case.net.x.double())).abs().max().item()
        case.net.model.float()
    assert off < 1e-10, off
    return model.to(case.dtype)


def called(model):
    modules = dict(model.named_modules())
    return [modules[n.target] for n in model.graph.nodes if n.op == "call_module"]
