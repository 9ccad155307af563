"""DeepLIFT's rescale rule from its definition, to check captum's by.

Forward goes with the input and the baseline as a batch of two. A ReLU's slope is the quotient of differences, or the
ordinary slope where the inputs do not differ; a max pool gives g (y* - y_b) to the place of its greatest input and
g (y - y*) to that of the baseline, y* = max(y, y_b), over the difference at that place.
"""
import torch
from torch import nn


class Slope(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        y = z.relu()
        ctx.save_for_backward(z, y)
        return y

    @staticmethod
    def backward(ctx, g):
        z, y = ctx.saved_tensors
        across = z[:1] - z[1:]
        same = across.abs() < 1e-10
        slope = (y[:1] - y[1:]) / torch.where(same, torch.ones_like(across), across)
        return g * torch.where(same, (z[:1] > 0).to(g), slope)


class Pooled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, pool):
        y, index = nn.functional.max_pool2d(z, pool.kernel_size, pool.stride, pool.padding, pool.dilation,
                                            pool.ceil_mode, return_indices=True)
        ctx.save_for_backward(z, y, index)
        return y

    @staticmethod
    def backward(ctx, g):
        z, y, index = ctx.saved_tensors
        top = torch.maximum(y[:1], y[1:])
        parts = g * torch.cat([top - y[1:], y[:1] - top])
        # Windows overlap, so what arrives at one place is added.
        sums = torch.zeros_like(z).flatten(2).scatter_add(2, index.flatten(2), parts.flatten(2)).sum(0, keepdim=True)
        across = (z[:1] - z[1:]).flatten(2)
        slope = torch.where(across.abs() < 1e-10, torch.zeros_like(across), sums / across)
        return slope.reshape(z[:1].shape).expand_as(z), None


def rescale(model, x, baseline, target):
    """`model` has modules only, each called once; it is changed."""
    for m in model.modules():
        if isinstance(m, nn.ReLU):
            m.forward = Slope.apply
        elif isinstance(m, nn.MaxPool2d):
            m.forward = lambda z, m=m: Pooled.apply(z, m)
    both = torch.cat([x, baseline]).requires_grad_()
    slope = torch.autograd.grad(model(both)[:, target].sum(), both)[0]
    return (x - baseline) * slope[:1]
