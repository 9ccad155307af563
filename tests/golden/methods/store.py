"""What is written: each map in f64 rounded to f32, and beside it how far the same library's f32 is from it."""
import json
import math

import numpy as np
import torch
from safetensors.numpy import save

WHOLE, KEPT = 2048, 1024


def stride(shape):
    """1 for a map that is kept whole; else the least step without a factor in common with any axis."""
    count = math.prod(shape)
    if count <= WHOLE:
        return 1
    step = -(-count // KEPT)
    while any(math.gcd(step, axis) > 1 for axis in shape if axis > 1):
        step += 1
    return step


def number(value):
    return float(f"{value:.6e}")


def compact(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


class File:
    """The maps of one network."""

    def __init__(self):
        self.tensors, self.maps, self.left_out = {}, {}, {}

    def add(self, id, double, single, **facts):
        """`single` is None where a library has but one precision."""
        double = torch.as_tensor(double).detach().double()
        assert torch.isfinite(double).all(), id
        assert id not in self.tensors, id
        step = stride(double.shape)
        self.tensors[id] = double.flatten()[::step] if step > 1 else double
        norm = double.norm().item()
        entry = {"shape": list(double.shape), "stride": step, "norm": number(norm), "sum": number(double.sum().item())}
        if single is not None:
            off = (torch.as_tensor(single).detach().double() - double).norm().item()
            entry["noise"] = float(f"{off / norm:.2e}") if norm > 0 else off
        self.maps[id] = entry | facts

    def leave_out(self, id):
        """Says how far off f32 is, but stores nothing."""
        del self.tensors[id]
        self.left_out[id] = self.maps.pop(id)["noise"]

    def write(self, path, about):
        """Safetensors whose header is sorted, so that the same numbers give the same bytes."""
        about = about | {"maps": self.maps, "left_out": self.left_out}
        metadata = {k: v if isinstance(v, str) else compact(v) for k, v in about.items()}
        tensors = {k: np.ascontiguousarray(v.float().numpy()) for k, v in self.tensors.items()}
        data = save(tensors, metadata)
        end = 8 + int.from_bytes(data[:8], "little")
        text = compact(json.loads(data[8:end])).encode()
        text += b" " * (-len(text) % 8)
        data = len(text).to_bytes(8, "little") + text + data[end:]
        path.write_bytes(data)
        return len(data)
