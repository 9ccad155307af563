"""torch as a contender: forward, and forward with the gradient at the input. Arguments: name of the network, its folder, threads."""
import sys
from pathlib import Path

import torch

import networks
import rounds


def main():
    name, folder = sys.argv[1], Path(sys.argv[2])
    torch.set_num_threads(int(sys.argv[3]))
    net, x = networks.open(name, folder / "model.safetensors"), torch.from_numpy(rounds.picture(folder))

    def forward():
        with torch.inference_mode():
            return net(x).numpy().max()

    def gradient():
        leaf = x.detach().requires_grad_()
        y = net(leaf)[0]
        (found,) = torch.autograd.grad(y[y.argmax()], leaf)
        return float(found.norm())

    rounds.answer(f"torch {torch.__version__.split('+')[0]}", {"forward": forward, "gradient": gradient})


main()
