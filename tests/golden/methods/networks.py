"""The networks, their inputs and targets, and their form for rules a layer: nothing but modules, each called once."""
import copy
import hashlib
import importlib.util
import operator
from pathlib import Path

import numpy as np
import torch
import torchvision.models as tv
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file
from torch import fx, nn
from torch.nn import functional as F
from zennit.layer import Sum

GOLDEN = Path(__file__).resolve().parents[1]
ROOT = GOLDEN.parents[1]


def module_of(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Places of CAMs: names in the product, modules here.
RESNET18 = {"layer4.1": "own.layer4_1_relu_1", "layer2.1": "own.layer2_1_relu_1"}
RESNET18_SHA256 = "fd2a1affff2c3759a966f412f50fdab4eafe2263ce9b9c818d1f5003fe2c4c16"

zoo = module_of("zoo", GOLDEN / "zoo" / "make.py")
lite0 = module_of("lite0", GOLDEN / "lite0" / "make.py")


class Add(nn.Module):
    """A sum of two values as a module, so that rules can take hold of it."""

    def __init__(self):
        super().__init__()
        self.sum = Sum()

    def forward(self, a, b):
        return self.sum(torch.stack([a, b], -1))


class Join(nn.Module):
    """Values beside each other along the channels."""

    def forward(self, parts):
        return torch.cat(parts, 1)


class Tracer(fx.Tracer):
    def is_leaf_module(self, m, name):
        return isinstance(m, nn.Conv2d) or super().is_leaf_module(m, name)


def as_module(node):
    """The module that does what a function in the graph does, if rules want to take hold of it."""
    if node.target in (operator.add, operator.iadd) and all(isinstance(a, fx.Node) for a in node.args):
        return Add()
    if node.target is torch.cat:
        return Join()
    if node.target is F.relu:
        return nn.ReLU()
    if node.target is F.adaptive_avg_pool2d:
        return nn.AdaptiveAvgPool2d(node.args[1])
    return None


def traced(model):
    """The same network whose sums, ReLUs and average pools are modules, none called twice and none in place."""
    tracer = Tracer()
    graph, seen = tracer.trace(model), set()
    out = fx.GraphModule(model, graph)
    for node in graph.nodes:
        name, module = node.target, None
        if node.op == "call_function":
            module = as_module(node)
            name = f"own.{node.name}"
        elif node.op == "call_module" and node.target in seen:
            module = copy.deepcopy(out.get_submodule(node.target))
            assert not list(module.parameters())
            name = f"own.{node.name}"
        if module is not None:
            out.add_submodule(name, module)
            node.op, node.target, node.args = "call_module", name, node.args[: 2 if isinstance(module, Add) else 1]
            node.kwargs = {}
        seen.add(name)
    out.recompile()
    for m in out.modules():
        if hasattr(m, "inplace"):
            m.inplace = False
    return out.eval()


class Case:
    """A network in one precision with its input and target."""

    def __init__(self, net, dtype, target=None):
        self.net, self.dtype = net, dtype
        self._model = copy.deepcopy(net.model).to(dtype)
        self.x = net.x.to(dtype)
        with torch.no_grad():
            self.logits = self._model(self.x)
        self.target = int(self.logits[0].argmax()) if target is None else target

    def model(self):
        """A copy of its own, for libraries that leave hooks behind."""
        return copy.deepcopy(self._model)

    def logit(self, x, model=None):
        return (self._model if model is None else model)(x)[:, self.target]

    def gradient(self, x=None, model=None):
        x = (self.x if x is None else x).clone().requires_grad_()
        return torch.autograd.grad(self.logit(x, model).sum(), x)[0]


class Net:
    """`model` in f32, input `x` in f32, `nodes`: places of CAMs, name in the product to module here.

    `left_out`: modules whose values training leaves out for a share of the pictures, though no module here does so.
    """

    def __init__(self, id, model, x, kind, nodes, about, tokens=None, left_out=None):
        self.id, self.model, self.x, self.kind, self.nodes, self.about = id, model, x, kind, nodes, about
        self.tokens, self.left_out = tokens, left_out or {}

    def case(self, dtype, target=None):
        return Case(self, dtype, target)


def small(id, kind, nodes, tokens=None):
    """A network of the zoo in small, with the input that its own golden file names."""
    network = next(n for n in zoo.networks() if n.id == id)
    model = zoo.fill(network, network.make(network.by))
    with safe_open(GOLDEN / "zoo" / f"{id}.safetensors", "pt") as f:
        meta, logits = f.metadata(), f.get_tensor("logits")
    assert zoo.digest(model) == meta["weights_sha256"]
    x = torch.from_numpy(zoo.network_input(meta["input"], network.size, network.bcos))
    if kind in ("relu", "relu6"):
        model = traced(model)
    with torch.no_grad():
        assert (model(x) - logits).abs().max() < 1e-4 * logits.abs().max()
    about = {"weights": "the formula of ../zoo", "weights_sha256": meta["weights_sha256"], "input": meta["input"]}
    if network.bcos:
        about["logit_bias"] = float(meta["logit_bias"])
    return Net(id, model, x, kind, nodes, about, tokens)


def lite0_trained():
    model = EfficientNet.from_name("efficientnet-lite0")
    model.load_state_dict(load_file(lite0.WEIGHTS), strict=False)
    x = lite0.normalised(Image.open(GOLDEN / "lite0" / "cat.png"))
    about = {"weights": "public/models/efficientnet-lite0/model.safetensors",
             "input": "../lite0/cat.png, (value - 127) / 128"}
    return Net("efficientnet_lite0_trained", traced(model.eval()), x, "relu6",
               {"_conv_head.relu6": "own._swish_1", "_blocks.10.add": "own.add_5"}, about, left_out=left_out(model))


def left_out(model):
    """Of EfficientNet: what is added to what went in. Tracing loses it, because it is a function that asks for the mode."""
    count, most = len(model._blocks), model._global_params.drop_connect_rate
    wide = [b._block_args for b in model._blocks]
    adds = [a.stride in (1, [1]) and a.input_filters == a.output_filters for a in wide]
    return {f"_blocks.{i}._bn2": most * float(i) / count for i in range(count) if adds[i]}


def resnet18_trained(weights):
    digest = hashlib.sha256(Path(weights).read_bytes()).hexdigest()
    assert digest == RESNET18_SHA256, f"{weights} has other weights."
    model = tv.resnet18()
    model.load_state_dict(load_file(weights), strict=False)
    pixels = np.asarray(Image.open(GOLDEN / "lite0" / "cat.png").convert("RGB")).astype(np.float32) / 255
    mean, std = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
    x = torch.from_numpy((pixels - mean) / std).permute(2, 0, 1).unsqueeze(0).contiguous()
    about = {"weights": "resnet18, see README.md", "weights_file_sha256": digest,
             "input": "../lite0/cat.png, (value / 255 - mean) / std of ImageNet"}
    return Net("resnet18_trained", traced(model.eval()), x, "relu", RESNET18, about)
