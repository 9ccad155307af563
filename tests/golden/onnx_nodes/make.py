#!/usr/bin/env python3
"""Pack the node tests of the PyPI package onnx into cases.safetensors.

    pip download --no-deps onnx==1.16.2 -d DIR        (opset 21; the last wheels that hold the node tests' data)
    python tests/golden/onnx_nodes/make.py DIR/onnx-1.16.2-*.whl

Runs with any onnx >= 1.16 installed, and numpy and safetensors. Each case becomes up to three files that take one input:

* `NAME:moves`: the first input of floats is the file's input, all others are initialisers;
* `NAME:all`:   for operators of several values, all inputs of floats are cut out of the file's one input;
* `NAME:fixed`: all inputs are initialisers, so everything can be worked out beforehand.

A case with several outputs is packed once an output. All files, inputs and outputs lie one after another in the tensors
`models`, `inputs` and `outputs`; the metadata `cases` says of each, in that order, its name, operator, length and shapes.
What is left out, and why, is counted in the metadata `left`. In cases that spell an operator out, names are shortened.
"""
import io
import json
import sys
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

VERSION = "1.16.2"
HERE = Path(__file__).resolve().parent
LARGEST = 7000  # numbers in all of a case's tensors; larger ones say nothing more

# Operators claimed where a value depends on the picture.
MOVING = """Abs Add AveragePool BatchNormalization Cast CastLike Celu Clip Concat Conv DepthToSpace Div Dropout Einsum Elu Erf Exp
Expand Flatten Gather Gelu Gemm GlobalAveragePool GlobalMaxPool GroupNormalization HardSigmoid HardSwish Identity If
InstanceNormalization LRN LayerNormalization LeakyRelu Log LogSoftmax LpNormalization MatMul Max MaxPool Mean Min Mish Mul
Neg PRelu Pad Pow Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceSum
ReduceSumSquare Relu Reshape Resize Selu Sigmoid Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum
Tanh Tile Transpose Unsqueeze Upsample Where ConvInteger MatMulInteger QLinearConv QLinearMatMul""".split()
# Operators claimed on constants alone.
FIXED = """And Ceil Constant ConstantOfShape CumSum Equal EyeLike Floor GatherND Greater GreaterOrEqual DequantizeLinear Less LessOrEqual Mod Not OneHot Or
QuantizeLinear Range ReduceProd Round ScatterND Shape Sign Size Sin Cos Trilu Xor""".split()
SEVERAL = set("Einsum Add Sub Mul Div Pow Max Min Sum Mean MatMul Gemm Concat Clip PRelu".split())
# Whole numbers out: ours stand as what they mean, without rounding. (scale and zero point of input and of output)
WHOLE = {"QLinearConv": ((0, 1, 2), (6, 7)), "QLinearMatMul": ((0, 1, 2), (6, 7))}
# Operators of both kinds that constants are worked out with beforehand; the others would run as ops in either case.
FOLDED = set("""Identity Dropout Reshape Flatten Squeeze Unsqueeze Transpose Concat Slice Split Gather Expand Tile Cast
CastLike Add Sum Sub Mul Div Pow Min Max Neg Abs Sqrt Exp Log Reciprocal Tanh Sigmoid Relu ReduceSum ReduceMax ReduceMin
ReduceMean DequantizeLinear If Where Clip BatchNormalization InstanceNormalization""".split() + FIXED)
# Outputs beside the first that are not made: statistics.
FIRST_ONLY = {"LayerNormalization", "BatchNormalization"}
LEFT_OUT = {
    "D_int8_float": "answers of the package that wrap around where values saturate (onnxruntime's are ours)",
    "BFLOAT16": "bf16, which the package stores as whole numbers",
    "training": "training mode, in which networks are not run here",
    "dropout_default_mask": "the mask of a Dropout, which is left out here",
    "maxpool_with_argmax": "the places of maxima, which are not made here",
}


def read(tensor):
    """A tensor's numbers; f16, f64 and the like as f32, whole numbers as i64."""
    kind = tensor.data_type
    if kind in (TensorProto.STRING, *range(17, 21), TensorProto.COMPLEX64, TensorProto.COMPLEX128):
        return None
    values = numpy_helper.to_array(tensor)
    whole = kind in (TensorProto.UINT4, TensorProto.INT4) or values.dtype.kind in "iub"
    return values.astype(np.int64 if whole else np.float32)


def is_float(tensor):
    return tensor.data_type in (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.BFLOAT16)


class Case:
    def __init__(self, name, archive, folder):
        self.name = name
        self.model = onnx.load_from_string(archive.read(f"{folder}/model.onnx"))
        for node in self.model.graph.node:
            for names in (node.input, node.output):
                names[:] = [n.rpartition("_expanded_function_")[2] for n in names]
            node.name = node.name.rpartition("_expanded_function_")[2]
        files = [f for f in archive.namelist() if f.startswith(f"{folder}/test_data_set_0/")]
        graph = self.model.graph
        self.inputs = self.tensors(archive, files, "input_", graph.input)
        self.outputs = self.tensors(archive, files, "output_", graph.output)
        self.ops = Counter(node.op_type for node in graph.node)

    def tensors(self, archive, files, prefix, values):
        out = []
        for i, value in enumerate(values):
            data = [f for f in files if f.endswith(f"/{prefix}{i}.pb")]
            if not data or not value.type.HasField("tensor_type"):
                return None
            tensor = TensorProto.FromString(archive.read(data[0]))
            tensor.name = value.name
            out.append(tensor)
        return out

    def op(self):
        """The operator the case is for."""
        if len(self.model.graph.node) == 1:
            return self.model.graph.node[0].op_type
        return None

    def build(self, moving, output):
        """The model with those inputs cut out of its one input, and one output; the input's numbers."""
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        graph = model.graph
        graph.ClearField("doc_string")
        for used in model.opset_import:
            if used.domain in ("", "ai.onnx"):
                # The few operators that are older than opset 7 are the same in it.
                used.version = opset = max(used.version, 7)
        chosen = [t for t in self.inputs if t.name in moving]
        del graph.input[:]
        graph.initializer.extend(t for t in self.inputs if t.name not in moving)
        values = [read(t) for t in chosen]
        if len(chosen) == 1:
            info, data = (chosen[0].name, values[0].shape), values[0]
        else:
            data = np.concatenate([v.reshape(-1) for v in values]) if values else np.zeros(1, np.float32)
            info = ("all.of.it", data.shape)
            start = 0
            before = []
            for tensor, value in zip(chosen, values):
                ends = [start, start + value.size]
                part = tensor.name + ".part"
                if opset < 10:
                    before.append(helper.make_node("Slice", ["all.of.it"], [part], starts=ends[:1], ends=ends[1:]))
                else:
                    for what, number in zip(("start", "end"), ends):
                        graph.initializer.append(numpy_helper.from_array(np.array([number], np.int64), f"{part}.{what}"))
                    before.append(helper.make_node("Slice", ["all.of.it", f"{part}.start", f"{part}.end"], [part]))
                graph.initializer.append(numpy_helper.from_array(np.array(value.shape, np.int64), part + ".shape"))
                before.append(helper.make_node("Reshape", [part, part + ".shape"], [tensor.name]))
                start += value.size
            nodes = before + list(graph.node)
            del graph.node[:]
            graph.node.extend(nodes)
        graph.input.append(helper.make_tensor_value_info(info[0], TensorProto.FLOAT, info[1]))
        kept = [o for o in graph.output if o.name == output]
        del graph.output[:]
        graph.output.extend(kept)
        return model.SerializeToString(deterministic=True), data.astype(np.float32)


def meant(values, scale, zero):
    return ((values.astype(np.float64) - zero) * scale).astype(np.float32)


def pack(case, op, tensors, facts):
    numbers = {t.name: read(t) for t in case.inputs}
    wanted = {t.name: read(t) for t in case.outputs}
    named = case.model.graph.node[0].input if case.op() else []
    floats = [t.name for t in case.inputs if is_float(t) and read(t).size > 0]
    ways = {"fixed": []} if op in FOLDED else {}
    tolerance = 0.0
    if op in WHOLE and case.op():
        inside, outside = WHOLE[op]
        x, scale, zero = (numbers[named[i]] for i in inside)
        by, z = (numbers[named[i]] for i in outside)
        if scale.size == by.size == 1:
            out = case.outputs[0].name
            wanted[out] = meant(wanted[out], by, z)
            tolerance = 0.51 * float(by.reshape(-1)[0])
            floats = []
            ways["moves"] = [named[0]]
            replaced = numpy_helper.from_array(meant(x, scale, zero), named[0])
    elif op in ("ConvInteger", "MatMulInteger") and case.op():
        zero = numbers[named[2]] if len(named) > 2 and named[2] else 0
        ways["moves"] = [named[0]]
        try:
            replaced = numpy_helper.from_array((numbers[named[0]] - zero).astype(np.float32), named[0])
        except ValueError:
            ways.pop("moves")
    elif op not in FIXED and floats:
        ways["moves"] = floats[:1]
        if len(floats) > 1 and op in SEVERAL:
            ways["all"] = floats
    if "FLOAT16" in case.name:
        tolerance = 1e-3  # of f16: a value stays in f32 here
    for way, moving in ways.items():
        source = case
        if way == "moves" and not floats:
            source = Case.__new__(Case)
            source.__dict__.update(case.__dict__)
            source.inputs = [replaced if t.name == named[0] else t for t in case.inputs]
        for i, output in enumerate(case.model.graph.output):
            if i > 0 and op in FIRST_ONLY:
                continue
            model, data = source.build(moving, output.name)
            key = f"{case.name}:{way}" + (f":{i}" if len(case.outputs) > 1 else "")
            answer = wanted[output.name].astype(np.float32, order="C")
            tensors["models"].append(np.frombuffer(model, np.uint8))
            tensors["inputs"].append(data.reshape(-1))
            tensors["outputs"].append(answer.reshape(-1))
            fact = {"name": key, "op": op, "model": len(model), "input": data.shape, "output": answer.shape}
            facts.append(fact | ({"tolerance": tolerance} if tolerance else {}))


def main():
    archive = zipfile.ZipFile(sys.argv[1])
    assert VERSION in Path(sys.argv[1]).name, f"the wheel of onnx {VERSION} is wanted"
    folders = sorted({str(Path(f).parent) for f in archive.namelist() if "/data/node/" in f and f.endswith("/model.onnx")})
    claimed, facts, left = set(MOVING + FIXED), [], Counter()
    tensors = {"models": [], "inputs": [], "outputs": []}
    for folder in folders:
        name = Path(folder).name.removeprefix("test_")
        if name.startswith("ai_onnx_ml"):
            continue
        case = Case(name, archive, folder)
        if not set(case.ops) <= claimed:
            continue
        # A case that spells an operator out in others counts for that operator.
        op = case.op()
        if op is None:
            stem = next((name[: name.index(e)] for e in ("_expanded",) if e in name), name)
            sibling = [f for f in folders if Path(f).name == f"test_{stem}"]
            op = Case(stem, archive, sibling[0]).op() if sibling else "Identity"
            if op not in claimed:
                continue
        reason = next((why for part, why in LEFT_OUT.items() if part in name), None)
        if case.inputs is None or case.outputs is None:
            reason = "sequences and optional values"
        elif any(read(t) is None for t in case.inputs + case.outputs):
            reason = "texts and floats of 8 bits"
        elif sum(read(t).size for t in case.inputs + case.outputs) > LARGEST:
            reason = f"more than {LARGEST} numbers"
        elif any(read(t).size == 0 for t in case.outputs):
            reason = "nothing comes out"
        if reason:
            left[f"{op}: {reason}"] += 1
            continue
        pack(case, op, tensors, facts)
    metadata = {"cases": json.dumps(facts, separators=(",", ":")), "left": json.dumps(left, sort_keys=True), "version": VERSION}
    save_file({name: np.concatenate(parts) for name, parts in tensors.items()}, HERE / "cases.safetensors", metadata)
    size = (HERE / "cases.safetensors").stat().st_size
    print(f"{len(facts)} of {len({fact['name'].split(':')[0] for fact in facts})} cases, {size} bytes; left out {sum(left.values())}:")
    for why, count in sorted(left.items()):
        print(f"  {count:3} {why}")


main()
