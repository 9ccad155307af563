"""The networks under test as torch modules: EfficientNet-Lite0 as Tessera ships it, the others torchvision's with weights from noise."""
import operator

import torch
import torchvision
from torch import nn
from torch.fx.experimental import optimization

import lite0

LITE0 = "lite0"


class Residual(nn.Module):
    """Layers, and what went into them added to what comes out."""

    def __init__(self, layers):
        super().__init__()
        self.layers, self.add = nn.Sequential(*layers), operator.add

    def forward(self, x):
        return self.add(x, self.layers(x))


def lite0_modules():
    """EfficientNet-Lite0 from its layers."""
    outer, layers = None, []
    for kind, *parts in lite0.layers():
        if kind == "convolution":
            layers += convolution(*parts)
        elif kind == "relu6":
            layers.append(nn.ReLU6(inplace=True))
        elif kind == "keep":
            outer, layers = layers, []
        elif kind == "add":
            layers = outer + [Residual(layers)]
        elif kind == "pool":
            layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        else:
            layers.append(filled(nn.Linear(parts[0].shape[1], parts[0].shape[0]), *parts))
    return nn.Sequential(*layers)


def convolution(kernel, bias, stride, groups, around):
    given, made, size = kernel.shape[1] * groups, kernel.shape[0], kernel.shape[2]
    before, after = around
    first = [] if before == after else [nn.ZeroPad2d((before, after, before, after))]
    layer = nn.Conv2d(given, made, size, stride, 0 if first else before, groups=groups)
    return first + [filled(layer, kernel, bias)]


def filled(layer, weight, bias):
    layer.weight.data, layer.bias.data = torch.tensor(weight), torch.tensor(bias)
    return layer


def noise(name):
    """torchvision's network with seeded weights; statistics of batch norms from noise, so that values stay in range."""
    torch.manual_seed(0)
    net = getattr(torchvision.models, name)(weights=None)
    for part in net.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.momentum = 1.0
        if isinstance(part, nn.Linear):
            # Some heads start as zeros, and a check on zeros checks nothing.
            nn.init.normal_(part.weight, std=part.in_features**-0.5)
    with torch.no_grad():
        net.train()(torch.randn(4, 3, 224, 224))
    return net.eval().requires_grad_(False)


def plain(name, weights):
    """The network as its library gives it, in evaluation mode; no weight wants a gradient."""
    if name == LITE0:
        return lite0_modules().eval().requires_grad_(False)
    from safetensors.torch import load_file

    net = getattr(torchvision.models, name)(weights=None)
    net.load_state_dict(load_file(weights))
    return net.eval().requires_grad_(False)


def open(name, weights):
    """The same with batch norms folded, as the other contenders do it."""
    net = plain(name, weights)
    folds = any(isinstance(part, nn.BatchNorm2d) for part in net.modules())
    return optimization.fuse(net).requires_grad_(False) if folds else net
