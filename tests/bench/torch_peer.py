"""torch as a contender: forward, and forward with the gradient at the input. Arguments: file of the picture, threads."""
import sys

import torch
from torch.nn import functional as F

import lite0
import rounds


def build():
    """The layers with their weights as tensors that want no gradient."""
    tensor = lambda part: torch.tensor(part) if hasattr(part, "dtype") else part  # noqa: E731
    return [tuple(tensor(part) for part in layer) for layer in lite0.layers()]


def convolution(x, kernel, bias, stride, groups, around):
    before, after = around
    if before != after:
        x, before = F.pad(x, (before, after, before, after)), 0
    return F.conv2d(x, kernel, bias, stride, before, groups=groups)


def logits(net, x):
    kept = None
    for kind, *parts in net:
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


def main():
    torch.set_num_threads(int(sys.argv[2]))
    net, x = build(), torch.from_numpy(lite0.picture(sys.argv[1]))

    def forward():
        with torch.inference_mode():
            return logits(net, x).numpy().max()

    def gradient():
        leaf = x.detach().requires_grad_()
        y = logits(net, leaf)[0]
        (found,) = torch.autograd.grad(y[y.argmax()], leaf)
        return float(found.norm())

    rounds.answer(f"torch {torch.__version__.split('+')[0]}", {"forward": forward, "gradient": gradient})


main()
