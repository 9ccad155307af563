"""Attributions of vision transformers by their definitions, on torchvision's own weights with attention written out.

Rollout: Abnar, Zuidema 2020 (arXiv 2005.00928). Gradient-weighted attention: Chefer, Gur, Wolf 2021, ICCV (arXiv
2103.15679). AttnLRP: Achtibat et al. 2024 (arXiv 2402.05602), each rule as a modified gradient.
"""
import math

import torch
from torch.nn import functional as F

EPSILON = 1e-6


def blocks(model):
    return list(model.encoder.layers)


def projected(m, x):
    """Queries, keys and values of the heads, [N, heads, tokens, width]."""
    n, tokens, width = x.shape
    parts = F.linear(x, m.in_proj_weight, m.in_proj_bias)
    return parts.reshape(n, tokens, 3, m.num_heads, width // m.num_heads).permute(2, 0, 3, 1, 4)


def written_out(m, kept):
    """Attention as its definition says; its weights are kept, for gradients with respect to them."""
    def forward(x, *_, **__):
        q, k, v = projected(m, x)
        weights = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).softmax(-1)
        kept.append(weights)
        out = (weights @ v).transpose(1, 2).flatten(2)
        return m.out_proj(out), None
    return forward


def attentions(case):
    model, kept = case.model(), []
    for block in blocks(model):
        block.self_attention.forward = written_out(block.self_attention, kept)
    logits = model(case.x)
    assert (logits - case.logits).abs().max() < (1e-10 if case.dtype == torch.float64 else 1e-4)
    return kept, torch.autograd.grad(logits[0, case.target], kept)


def rollout(weights):
    total = None
    for a in weights:
        a = a[0].mean(0)
        a = a + torch.eye(len(a), dtype=a.dtype)
        a = a / a.sum(-1, keepdim=True)
        total = a if total is None else a @ total
    return total[0, 1:]


def weighted(weights, slopes):
    total = torch.eye(weights[0].shape[-1], dtype=weights[0].dtype)
    for a, g in zip(weights, slopes):
        total = total + (a * g)[0].relu().mean(0) @ total
    return total[0, 1:]


def stabilised(z):
    return z + EPSILON * torch.where(z >= 0, 1.0, -1.0).to(z)


class Rule(torch.autograd.Function):
    """A function forward; backward its rule, which takes the inputs, the output and the relevance behind."""

    @staticmethod
    def forward(ctx, f, rule, *inputs):
        out = f(*inputs)
        ctx.rule, ctx.count = rule, len(inputs)
        ctx.save_for_backward(*inputs, out)
        return out

    @staticmethod
    def backward(ctx, r):
        *inputs, out = ctx.saved_tensors
        return None, None, *ctx.rule(inputs, out, r)


def proportional(f, share=1.0):
    """Each input gets itself times the derivative, of the relevance over the output: epsilon's rule."""
    def rule(inputs, out, r):
        with torch.enable_grad():
            inputs = [i.detach().requires_grad_() for i in inputs]
            slopes = torch.autograd.grad(f(*inputs), inputs, r / stabilised(out) * share)
        return tuple(i * s for i, s in zip(inputs, slopes))
    return lambda *inputs: Rule.apply(f, rule, *inputs)


def passed(f):
    return lambda x: Rule.apply(f, lambda inputs, out, r: (r,), x)


def halved(a, b):
    """A product of matrices: half to each side."""
    def rule(inputs, out, r):
        a, b = inputs
        s = r / stabilised(2 * out)
        return a * (s @ b.transpose(-1, -2)), b * (a.transpose(-1, -2) @ s)
    return Rule.apply(torch.matmul, rule, a, b)


def softmax(x):
    """Taylor's first order: x (R - s sum R)."""
    def rule(inputs, s, r):
        return (inputs[0] * (r - s * r.sum(-1, keepdim=True)),)
    return Rule.apply(lambda x: x.softmax(-1), rule, x)


def layer_norm(m):
    """Its deviation held fixed, what is left is affine: epsilon's rule for all of it together."""
    def f(x):
        deviation = (x.var(-1, keepdim=True, correction=0) + m.eps).sqrt().detach()
        return (x - x.mean(-1, keepdim=True)) / deviation * m.weight + m.bias
    return proportional(f)


def attended(m, x, values_alone):
    n, tokens, width = x.shape
    parts = proportional(lambda x: F.linear(x, m.in_proj_weight, m.in_proj_bias))(x)
    q, k, v = parts.reshape(n, tokens, 3, m.num_heads, width // m.num_heads).permute(2, 0, 3, 1, 4)
    scale = 1 / math.sqrt(q.shape[-1])
    weights = softmax(halved(passed(lambda q: q * scale)(q), k.transpose(-1, -2)))
    if values_alone:
        weights = weights.detach()
        out = proportional(lambda v: weights @ v)(v)
    else:
        out = halved(weights, v)
    return proportional(m.out_proj.forward)(out.transpose(1, 2).flatten(2))


def block(m, x, values_alone):
    add = proportional(torch.add)
    x = add(x, attended(m.self_attention, layer_norm(m.ln_1)(x), values_alone))
    first, gelu, last = m.mlp[0], m.mlp[1], m.mlp[3]
    y = proportional(last.forward)(passed(gelu.forward)(proportional(first.forward)(layer_norm(m.ln_2)(x))))
    return add(x, y)


def relevance(case, values_alone):
    """Epsilon's rule for all that is linear; what biases, embeddings and the class token take is lost to the input."""
    model, x = case.model(), case.x.clone().requires_grad_()
    tokens = proportional(model.conv_proj.forward)(x).flatten(2).transpose(1, 2)
    tokens = torch.cat([model.class_token.expand(1, -1, -1), tokens], 1)
    y = proportional(lambda t: t + model.encoder.pos_embedding)(tokens)
    for m in blocks(model):
        y = block(m, y, values_alone)
    logits = proportional(model.heads.head.forward)(layer_norm(model.encoder.ln)(y)[:, 0])
    assert (logits - case.logits).abs().max() < (1e-10 if case.dtype == torch.float64 else 1e-4)
    start = torch.zeros_like(logits)
    start[0, case.target] = logits[0, case.target].detach()
    return torch.autograd.grad(logits, x, start)[0]


def maps(case):
    weights, slopes = attentions(case)
    grid = case.net.tokens[1]
    yield "attention_rollout", rollout(weights).reshape(grid), {}
    yield "gradient_weighted_attention", weighted(weights, slopes).reshape(grid), {}
    yield "attnlrp", relevance(case, False), {"epsilon": EPSILON}
    yield "cp_lrp", relevance(case, True), {"epsilon": EPSILON}
