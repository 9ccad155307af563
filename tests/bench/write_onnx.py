"""EfficientNet-Lite0 as an ONNX file, for onnxruntime and onnxruntime-web."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import lite0


class Writer:
    """Nodes and weights so far; `at` is the name of the last value."""

    def __init__(self):
        self.nodes, self.weights, self.at, self.kept = [], [], "picture", None
        self.limits = [self.weight(np.float32(0), "low"), self.weight(np.float32(6), "high")]

    def weight(self, values, name):
        self.weights.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def node(self, kind, *inputs, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, [self.at, *inputs], [name], **attributes))
        self.at = name

    def affine(self, kind, weight, bias, **attributes):
        place = len(self.nodes)
        self.node(kind, self.weight(weight, f"w{place}"), self.weight(bias, f"b{place}"), **attributes)

    def layer(self, kind, *parts):
        if kind == "convolution":
            weight, bias, stride, groups, (before, after) = parts
            self.affine("Conv", weight, bias, strides=[stride] * 2, group=groups, pads=[before, before, after, after])
        elif kind == "relu6":
            self.node("Clip", *self.limits)
        elif kind == "keep":
            self.kept = self.at
        elif kind == "add":
            self.node("Add", self.kept)
        elif kind == "pool":
            self.node("GlobalAveragePool")
            self.node("Flatten")
        else:
            self.affine("Gemm", *parts, transB=1)


def write(path):
    """Writes the file."""
    writer = Writer()
    for layer in lite0.layers():
        writer.layer(*layer)
    given = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, lite0.SIZE, lite0.SIZE])
    answer = helper.make_tensor_value_info(writer.at, TensorProto.FLOAT, [1, 1000])
    graph = helper.make_graph(writer.nodes, "lite0", [given], [answer], writer.weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)
