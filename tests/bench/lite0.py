"""EfficientNet-Lite0 as a list of layers, from the weights that Tessera ships, batch norms folded: what the peers build their network from."""
import json
from pathlib import Path

import numpy as np

WEIGHTS = Path(__file__).resolve().parents[2] / "public" / "models" / "efficientnet-lite0" / "model.safetensors"
# Repeats, kernel, stride of the first, expansion, channels given.
STAGES = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]
SIZE = 224


def tensors():
    """Every tensor of the weight file, by name."""
    file = WEIGHTS.read_bytes()
    start = 8 + int.from_bytes(file[:8], "little")
    table = json.loads(file[8:start])
    table.pop("__metadata__", None)

    def read(entry):
        assert entry["dtype"] == "F32"
        begin, end = entry["data_offsets"]
        return np.frombuffer(file[start + begin : start + end], "<f4").reshape(entry["shape"])

    return {name: read(entry) for name, entry in table.items()}


def folded(weights, convolution, norm):
    """Kernel and bias of a convolution with the batch norm behind it folded in, worked out in double precision."""
    scale, shift, mean, variance = (weights[f"{norm}.{part}"].astype(np.float64) for part in ("weight", "bias", "running_mean", "running_var"))
    scale = scale / np.sqrt(variance + 1e-3)
    kernel = weights[f"{convolution}.weight"] * scale[:, None, None, None]
    return kernel.astype(np.float32), (shift - mean * scale).astype(np.float32)


def padding(size, kernel, stride):
    """Zeros before and after, as TensorFlow's "SAME"."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def layers():
    """The network, layer by layer.

    ("convolution", kernel, bias, stride, groups, (before, after)), ("relu6",), ("keep",): remember the value here,
    ("add",): add the remembered one, ("pool",), ("linear", weight, bias).
    """
    weights, found, size = tensors(), [], SIZE

    def convolution(name, norm, stride=1, clip=True):
        nonlocal size
        kernel, bias = folded(weights, name, norm)
        groups = kernel.shape[0] if "depthwise" in name else 1
        found.append(("convolution", kernel, bias, stride, groups, padding(size, kernel.shape[2], stride)))
        size = -(-size // stride)
        if clip:
            found.append(("relu6",))

    convolution("_conv_stem", "_bn0", stride=2)
    given, block = 32, 0
    for repeats, _, stride, expand, channels in STAGES:
        for repeat in range(repeats):
            name, step = f"_blocks.{block}", stride if repeat == 0 else 1
            skip = step == 1 and given == channels
            found.extend([("keep",)] if skip else [])
            if expand > 1:
                convolution(f"{name}._expand_conv", f"{name}._bn0")
            convolution(f"{name}._depthwise_conv", f"{name}._bn1", stride=step)
            convolution(f"{name}._project_conv", f"{name}._bn2", clip=False)
            found.extend([("add",)] if skip else [])
            given, block = channels, block + 1
    convolution("_conv_head", "_bn1")
    return found + [("pool",), ("linear", weights["_fc.weight"], weights["_fc.bias"])]
