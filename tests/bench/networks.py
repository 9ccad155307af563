"""The networks under test as torch modules: EfficientNet-Lite0 as Tessera ships it, the others torchvision's with weights from noise."""
import torch
import torchvision
from torch.fx.experimental import optimization
from torch.nn import functional as F

import lite0

LITE0 = "lite0"


class Lite0(torch.nn.Module):
    """EfficientNet-Lite0 from its layers, whose weights want no gradient."""

    def __init__(self):
        super().__init__()
        tensor = lambda part: torch.tensor(part) if hasattr(part, "dtype") else part  # noqa: E731
        self.layers = [tuple(tensor(part) for part in layer) for layer in lite0.layers()]

    def forward(self, x):
        kept = None
        for kind, *parts in self.layers:
            if kind == "convolution":
                x = convolution(x, *parts)
            elif kind == "relu6":
                x = F.relu6(x, inplace=True)
            elif kind == "keep":
                kept = x
            elif kind == "add":
                x = x + kept
            elif kind == "pool":
                x = x.mean((2, 3))
            else:
                x = F.linear(x, *parts)
        return x


def convolution(x, kernel, bias, stride, groups, around):
    before, after = around
    if before != after:
        x, before = F.pad(x, (before, after, before, after)), 0
    return F.conv2d(x, kernel, bias, stride, before, groups=groups)


def noise(name):
    """torchvision's network with seeded weights; statistics of batch norms from noise, so that values stay in range."""
    torch.manual_seed(0)
    net = getattr(torchvision.models, name)(weights=None)
    for part in net.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = 1.0
        if isinstance(part, torch.nn.Linear):
            # Some heads start as zeros, and a check on zeros checks nothing.
            torch.nn.init.normal_(part.weight, std=part.in_features**-0.5)
    with torch.no_grad():
        net.train()(torch.randn(4, 3, 224, 224))
    return net.eval().requires_grad_(False)


def open(name, weights):
    """The network ready to run: in evaluation mode, no weight wants a gradient, batch norms folded as the other contenders do it."""
    if name == LITE0:
        return Lite0()
    from safetensors.torch import load_file

    net = getattr(torchvision.models, name)(weights=None)
    net.load_state_dict(load_file(weights))
    net.eval().requires_grad_(False)
    folds = any(isinstance(part, torch.nn.BatchNorm2d) for part in net.modules())
    return optimization.fuse(net).requires_grad_(False) if folds else net
