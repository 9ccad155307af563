#!/usr/bin/env python3
"""Make the golden numbers of the attribution methods: what the field's reference libraries compute.

    python tests/golden/methods/make.py [--only PART,...] [--resnet18 FILE]

Run from the repository root. Needs Python 3.11 and exactly the PyPI packages of PINS (checked at start); nothing is
downloaded. --only makes the files whose id contains one of the parts. --resnet18 names the weights of
resnet18_trained.safetensors, which are not in the repository; without it that file is left alone. README.md says what
is in the files.
"""
import argparse
import importlib.metadata
import sys
import time
import warnings
from pathlib import Path

PINS = {
    "torch": "2.15.0", "torchvision": "0.29.2", "numpy": "2.4.6", "bcos": "0.1.3", "captum": "0.9.0",
    "grad-cam": "1.5.7", "zennit": "0.5.1", "lime": "0.2.0.1", "shap": "0.51.0", "scikit-learn": "1.9.1",
    "scikit-image": "0.26.0", "efficientnet-lite-pytorch": "0.1.0", "safetensors": "0.8.0", "pillow": "13.0.0",
}
for _package, _version in PINS.items():
    if importlib.metadata.version(_package).split("+")[0] != _version:
        sys.exit(f"{_package} {importlib.metadata.version(_package)} is installed, {_version} is needed.")

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import torch

import attention
import bcos_maps
import cams
import gradients
import information
import networks
import perturbation
import regression
import relevance
import training
from store import File

# What f32 changes by more is no reference: a descent led elsewhere, a sum that is zero, a kink right at a node.
SENSITIVE = 0.01
FAMILIES = {"relu": [gradients, training, cams, relevance], "relu6": [gradients, training, cams, relevance],
            "smooth": [gradients, training, cams], "bcos": [bcos_maps]}
# What is made for one network alone.
MORE = {"resnet18": [perturbation, regression, information], "vit_b_16": [attention]}
# Networks for which nothing else is made.
ONLY = {"vgg16_bn": [training]}


def same(*names):
    """Places that are called here as in the product."""
    return {name: name for name in names}


def nets(resnet18):
    small, vit = networks.small, "encoder.layers.encoder_layer_11.ln_1"
    yield "vgg11", lambda: small("vgg11", "relu", same("features.20", "features.10"))
    yield "vgg16_bn", lambda: small("vgg16_bn", "relu", {})
    yield "resnet18", lambda: small("resnet18", "relu", networks.RESNET18)
    yield "densenet121", lambda: small("densenet121", "relu", {"relu": "own.relu"})
    yield "squeezenet1_1", lambda: small("squeezenet1_1", "relu", {"features.12": "own.cat_7"})
    yield "mobilenet_v2", lambda: small("mobilenet_v2", "relu6", same("features.18.2"))
    yield "convnext_tiny", lambda: small("convnext_tiny", "smooth", same("features.7.2", "features.5.8"))
    yield "vit_b_16", lambda: small("vit_b_16", "smooth", same(vit), (1, (4, 4)))
    yield "bcos_resnet18", lambda: small("bcos_resnet18", "bcos", {})
    yield "bcos_simple_vit_ti_patch16", lambda: small("bcos_simple_vit_ti_patch16", "bcos", {}, (0, (3, 3)))
    yield "efficientnet_lite0_trained", networks.lite0_trained
    if resnet18 is not None:
        yield "resnet18_trained", lambda: networks.resnet18_trained(resnet18)


def make(net):
    double = net.case(torch.float64)
    single = net.case(torch.float32, double.target)
    file = File()
    file.add("logits", double.logits, single.logits)
    for family in ONLY.get(net.id, FAMILIES[net.kind] + MORE.get(net.id, [])):
        start = time.time()
        for (id, map, facts), (other, map32, _) in zip(family.maps(double), family.maps(single), strict=True):
            assert id == other, (id, other)
            file.add(id, map, map32, **facts)
            if file.maps[id]["noise"] > SENSITIVE:
                file.leave_out(id)
        print(f"  {family.__name__}: {time.time() - start:.1f} s", flush=True)
    about = {"network": net.id, "kind": net.kind, "target": str(double.target), "made_with": PINS, **net.about}
    about["size"] = list(net.x.shape[2:])
    length = file.write(HERE / f"{net.id}.safetensors", about)
    print(f"{net.id}: {length} bytes, {len(file.maps)} maps, left out {file.left_out}", flush=True)
    for id, facts in file.maps.items():
        print(f"    {id}: {facts}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="parts of ids, separated by commas")
    parser.add_argument("--resnet18", type=Path)
    a = parser.parse_args()
    torch.set_num_threads(1)
    torch.backends.mha.set_fastpath_enabled(False)
    warnings.simplefilter("ignore")
    wanted = [""] if a.only is None else a.only.split(",")
    for id, build in nets(a.resnet18):
        if any(w in id for w in wanted):
            make(build())


if __name__ == "__main__":
    main()
