"""Writes what contenders open a network from. Arguments: its name, side of its pictures, folder.

`model.safetensors` are the weights under torchvision's names (of EfficientNet-Lite0, which Tessera ships, nothing is
written), `network.onnx` is the same network for onnxruntime and onnxruntime-web.
"""
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

import networks
import write_onnx


def main():
    name, size, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    if name == networks.LITE0:
        write_onnx.write(folder / "network.onnx")
        return
    net = networks.noise(name)
    save_file({key: value.contiguous() for key, value in net.state_dict().items()}, folder / "model.safetensors")
    torch.onnx.export(
        net,
        (torch.zeros(1, 3, size, size),),
        folder / "network.onnx",
        input_names=["picture"],
        dynamo=True,
        external_data=False,
        verbose=False,
    )


main()
