"""Relevance as the study of FAccT 2024 (doi 10.1145/3630106.3658537) propagates it: no canonisation, alpha 1.

Each rule is written from its description; nothing is stabilised but where it says so.
"""
import torch
from torch import nn
from torch.nn import functional as F

from networks import Add


def safe(a, b):
    return torch.where(b != 0, a / torch.where(b != 0, b, torch.ones_like(b)), torch.zeros_like(a))


def back(f, x, s):
    """The transpose of the derivative of f at x, on s."""
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        return torch.autograd.grad(f(x), x, s)[0]


def bare(m, weight):
    return lambda x: F.conv2d(x, weight, None, m.stride, m.padding, m.dilation, m.groups)


def linear(m, x, r):
    z = F.linear(x, m.weight)
    z = z + 0.25 * z.square().mean().sqrt()
    return x * (safe(r, z) @ m.weight)


def first(m, x, r):
    """The z-B rule between the least and the greatest value of this picture."""
    low, high = torch.full_like(x, x.min().item()), torch.full_like(x, x.max().item())
    parts = [(x, bare(m, m.weight)), (low, bare(m, m.weight.clamp(min=0))), (high, bare(m, m.weight.clamp(max=0)))]
    z = parts[0][1](x) - parts[1][1](low) - parts[2][1](high) + 1e-9
    a, b, c = (value * back(f, value, r / z) for value, f in parts)
    return a - b - c


def convolution(m, x, r):
    """Positive and negative parts, each by its own sum."""
    if x.shape[1] == 3:
        return first(m, x, r)
    total = 0
    for part, weight in ((x.clamp(min=0), m.weight.clamp(min=0)), (x.clamp(max=0), m.weight.clamp(max=0))):
        f = bare(m, weight)
        total = total + part * back(f, part, safe(r, f(part)))
    return total


def batch_norm(m, x, r):
    scale = (m.weight / (m.running_var + m.eps).sqrt())[:, None, None]
    shift = m.bias[:, None, None] - m.running_mean[:, None, None] * scale
    z = x * scale
    return r * z / (z + 1e-9 + shift.abs() * torch.sign(z + 1e-9))


def pool(m, x, r):
    f = lambda x: type(m).forward(m, x)
    return x * back(f, x, safe(r, f(x)))


def rule_of(m):
    rules = [(nn.ReLU, lambda m, x, r: r), (nn.Dropout, lambda m, x, r: r), (nn.Linear, linear),
             (nn.Conv2d, convolution), (nn.BatchNorm2d, batch_norm), ((nn.MaxPool2d, nn.AdaptiveAvgPool2d), pool)]
    return next((rule for kind, rule in rules if isinstance(m, kind)), None)


class Ruled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, m, rule):
        ctx.m, ctx.rule = m, rule
        ctx.save_for_backward(x)
        return type(m).forward(m, x)

    @staticmethod
    def backward(ctx, r):
        return ctx.rule(ctx.m, ctx.saved_tensors[0], r), None, None


class Added(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a + b

    @staticmethod
    def backward(ctx, r):
        a, b = ctx.saved_tensors
        return a * safe(r, a + b), b * safe(r, a + b)


class Cloned(torch.autograd.Function):
    """Where a value goes two ways: x (r1 / x + r2 / x), so nothing where x is 0."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clone()

    @staticmethod
    def backward(ctx, r):
        x = ctx.saved_tensors[0]
        return x * safe(r, x)


def relevance(case):
    model = case.model()
    forked = {n.target for n in model.graph.nodes if n.op == "call_module" and len(n.users) > 1}
    for name, m in model.named_modules():
        rule = rule_of(m)
        if isinstance(m, Add):
            m.forward = Added.apply
        elif rule is not None and name in forked:
            m.forward = lambda x, m=m, rule=rule: Cloned.apply(Ruled.apply(x, m, rule))
        elif rule is not None:
            m.forward = lambda x, m=m, rule=rule: Ruled.apply(x, m, rule)
    x = case.x.clone().requires_grad_()
    logits = model(x)
    assert (logits - case.logits).abs().max() < 1e-5
    start = torch.zeros_like(logits)
    start[0, case.target] = logits[0, case.target].detach()
    return torch.autograd.grad(logits, x, start)[0].sum(1)
