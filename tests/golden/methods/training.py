"""Gradients of networks as in training, by captum: batch norms take the statistics of what goes through, dropout drops."""
import copy
import math

import numpy as np
import torch
import torchvision.models as tv
from captum.attr import IntegratedGradients, Saliency
from torch import nn
from torchvision.ops import StochasticDepth

from draws import Stream
from gradients import overridden

TOGETHER = 20


class Dropped(nn.Module):
    """Dropout by the product's draws in place of torch's; stochastic depth has one draw a picture."""

    def __init__(self, number, share, whole):
        super().__init__()
        self.draws, self.share, self.whole = Stream(f"dropout.{number}"), share, whole

    def forward(self, x):
        shape = [len(x)] + [1] * (x.ndim - 1) if self.whole else x.shape
        kept = self.draws.uniform(np.arange(math.prod(shape))) >= self.share
        return x * torch.from_numpy(kept / (1 - self.share)).to(x).reshape(shape)


def depths(model):
    return [m for m in model.modules() if isinstance(m, StochasticDepth)]


def as_published(model, published):
    """The same with the published network's stochastic depth, of which the zoo's copies in small are built without."""
    for m, known in zip(depths(model), depths(published), strict=True):
        m.p = known.p
    return model


def dropouts(model):
    """Names of the modules that drop, in the order of calls, with their shares and whether a picture goes whole."""
    for name, m in model.named_modules():
        if isinstance(m, (nn.Dropout, StochasticDepth)) and m.p > 0:
            yield name, m.p, isinstance(m, StochasticDepth)


def in_training(case):
    """The same in `train()`, with draws that can be told. None where that is no different."""
    other, model = copy.copy(case), case.model().train()
    if case.net.id == "convnext_tiny":
        model = as_published(model, tv.convnext_tiny())
    dropped = list(dropouts(model))
    if not dropped and not any(isinstance(m, nn.BatchNorm2d) for m in model.modules()):
        return None
    # What a package left out by a function of its own comes first: its dropout stands at the end.
    for number, (name, share) in enumerate(case.net.left_out.items()):
        model.set_submodule(name, nn.Sequential(model.get_submodule(name), Dropped(number, share, True)))
    for number, (name, share, whole) in enumerate(dropped, len(case.net.left_out)):
        model.set_submodule(name, Dropped(number, share, whole))
    other._model = model
    return other


def maps(case):
    case = in_training(case)
    if case is None:
        return
    yield "logits.training", case.model()(case.x), {}
    yield "gradient.training", Saliency(case.model()).attribute(case.x, target=case.target, abs=False), {}
    if case.net.kind in ("relu", "relu6"):
        yield "guided_backprop.training", overridden(case, lambda before, behind: before.relu()), {}
    map = IntegratedGradients(case.model()).attribute(case.x, torch.zeros_like(case.x), case.target, n_steps=TOGETHER)
    yield "integrated_gradients.training", map, {"n": TOGETHER}
