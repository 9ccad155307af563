#!/usr/bin/env python3
"""Make small ONNX files as the usual exporters and quantisers write them, and what onnxruntime computes for them.

    python tests/golden/onnx/make.py

Run from the repository root. Needs Python 3.11 and exactly the PyPI packages of PINS (checked at start) besides those
of ../zoo/make.py; nothing is downloaded, since weights and inputs are the formula of ../zoo/make.py. Takes a minute or
two. keras_files.py and paddle_files.py make those whose names start so; run them first if these are to be made again.
README.md says what is in the files.
"""
import contextlib
import copy
import importlib.metadata
import io
import json
import logging
import sys
import tempfile
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "zoo"))

PINS = {
    "onnx": "1.23.2", "onnxruntime": "1.31.1", "onnxscript": "0.7.2", "skl2onnx": "1.20.0",
    "scikit-learn": "1.9.1",
}
for _package, _version in PINS.items():
    if importlib.metadata.version(_package) != _version:
        sys.exit(f"{_package} {importlib.metadata.version(_package)} is installed, {_version} is needed.")

import make as zoo
import numpy as np
import onnx
import onnxruntime as ort
import timm
import torch
import torchvision.models as tv
from efficientnet_lite_pytorch.utils import get_model_params
from onnx.reference import ReferenceEvaluator
from onnxruntime.transformers import float16 as half
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from safetensors.numpy import save
from torch import nn
from torchvision.models import convnext, densenet, efficientnet, mobilenet, mobilenetv3, resnet, shufflenetv2, vgg

SIDE, CLASSES = 32, 10
MODELS = {}


def model(gain=1.0, spread=None, by=1, side=SIDE):
    """Register a network, made with its layers' counts divided by `by`; `side` is that of its input."""
    def add(build):
        def make():
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), zoo.divided(by):
                warnings.simplefilter("ignore")
                out = build().eval()
            with torch.no_grad():
                for name, t in zoo.state(out).items():
                    t.copy_(torch.from_numpy(zoo.tensor(name, tuple(t.shape), gain, spread)))
            return out
        MODELS[build.__name__] = make, 3 if spread is None else 6, side
        return make
    return add


SQRT2 = 2.0**0.5


@model(SQRT2, by=16)
def squeezenet1_1():
    return tv.squeezenet1_1(num_classes=CLASSES)


@model(by=32)
def resnet18():
    return resnet.ResNet(resnet.BasicBlock, [1, 1, 1, 1], num_classes=CLASSES)


@model(by=64)
def resnext50():
    return resnet.ResNet(resnet.Bottleneck, [1, 1, 1, 1], num_classes=CLASSES, groups=128, width_per_group=1,
                         replace_stride_with_dilation=[False, True, True])


@model(SQRT2, by=128, side=28)
def vgg11_bn():
    return vgg.VGG(vgg.make_layers([512, "M", 512, "M"], batch_norm=True), num_classes=CLASSES)


@model(SQRT2, by=8)
def densenet121():
    return densenet.DenseNet(32, (2, 2), 64, num_classes=CLASSES)


@model(1.2, by=8)
def mobilenet_v2():
    return mobilenet.MobileNetV2(CLASSES, inverted_residual_setting=[[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 1, 2]])


@model(1.2)
def mobilenet_v3():
    c = lambda *a: mobilenetv3.InvertedResidualConfig(*a, dilation=1, width_mult=1)
    return mobilenetv3.MobileNetV3([c(16, 3, 16, 8, True, "RE", 2), c(8, 5, 32, 16, True, "HS", 2), c(16, 5, 48, 16, True, "HS", 1)],
                                   32, num_classes=CLASSES)


@model(1.2)
def efficientnet_b0():
    c = efficientnet.MBConvConfig
    return efficientnet.EfficientNet([c(1, 3, 1, 16, 8, 1), c(6, 5, 2, 8, 8, 2)], 0.2, num_classes=CLASSES, last_channel=64)


@model(1.2, by=8)
def efficientnet_lite0():
    blocks, rest = get_model_params("efficientnet-lite0", dict(num_classes=CLASSES, image_size=SIDE))
    return zoo.EfficientNet(blocks[:3], rest)


@model()
def shufflenet_v2():
    return shufflenetv2.ShuffleNetV2([1, 2, 1], [8, 16, 32, 48, 64], CLASSES)


@model()
def convnext_tiny():
    return convnext.ConvNeXt([convnext.CNBlockConfig(8, 16, 1), convnext.CNBlockConfig(16, None, 2)], num_classes=CLASSES)


@model()
def vit_b_16():
    return tv.VisionTransformer(image_size=SIDE, patch_size=8, num_layers=2, num_heads=2, hidden_dim=16, mlp_dim=32,
                                num_classes=CLASSES)


@model()
def deit():
    return timm.models.vision_transformer.VisionTransformer(img_size=SIDE, patch_size=8, depth=2, num_heads=2,
                                                            embed_dim=16, mlp_ratio=2, num_classes=CLASSES)


@model(spread=1.0, by=32)
def bcos_resnet18():
    return zoo.bcos.models.resnet.BcosResNet(
        zoo.bcos.models.resnet.BasicBlock, [1, 1, 1, 1], num_classes=CLASSES,
        norm_layer=zoo.norms.NoBias(zoo.norms.BatchNormUncentered2d))


@model(spread=1.0)
def bcos_simple_vit():
    vit = zoo.bcos.models.vit.SimpleViT(
        image_size=SIDE, patch_size=8, dim=16, depth=2, heads=2, mlp_dim=32, num_classes=CLASSES,
        linear_layer=zoo.BcosLinear, norm_layer=zoo.norms.NoBias(zoo.norms.DetachableLayerNorm), act_layer=nn.Identity)
    return zoo.BcosSequential(vit, zoo.LogitLayer(logit_bias=-np.log(CLASSES - 1)))


# ---------------------------------------------------------------------------------------------------------------------
# Exporters

NOTES, EXPECTED = {}, {}


def network_input(shape, name="input"):
    """(u - 0.5) / 0.25 in f32; or u and 1 - u where there are six channels."""
    if len(shape) == 4 and shape[1] == 6:
        u = zoo.uniform(name, int(np.prod(shape)) // 2).astype(np.float32).reshape(shape[0], 3, *shape[2:])
        return np.concatenate([u, np.float32(1) - u], 1)
    u = zoo.uniform(name, int(np.prod(shape))).astype(np.float32).reshape(shape)
    return (u - np.float32(0.5)) / np.float32(0.25)


def export(id, opset, dynamo, batch=False, **more):
    make, channels, side = MODELS[id]
    x = torch.from_numpy(network_input((2 if batch else 1, channels, side, side)))
    arguments = dict(input_names=["image"], output_names=["logits"], opset_version=opset, dynamo=dynamo, **more)
    if batch and dynamo:
        arguments["dynamic_shapes"] = ({0: torch.export.Dim("batch", min=1, max=64)},)
    elif batch:
        arguments["dynamic_axes"] = {"image": {0: "batch"}, "logits": {0: "batch"}}
    buffer = io.BytesIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        if dynamo:
            program = torch.onnx.export(make(), (x,), **arguments)
            return program.model_proto
        torch.onnx.export(make(), (x,), buffer, **arguments)
    return onnx.load_from_string(buffer.getvalue())


def stripped(proto):
    """Without stack traces (which name the machine), other notes of the exporter and documentation strings."""
    def clean(graph):
        for node in graph.node:
            node.doc_string = ""
            del node.metadata_props[:]
            for attribute in node.attribute:
                attribute.doc_string = ""
                if attribute.HasField("g"):
                    clean(attribute.g)
        if isinstance(graph, onnx.GraphProto):
            graph.doc_string = ""
            for value in [*graph.value_info, *graph.input, *graph.output, *graph.initializer]:
                value.doc_string = ""
                del value.metadata_props[:]
            del graph.metadata_props[:]
    proto = copy.deepcopy(proto)
    proto.doc_string = ""
    clean(proto.graph)
    for function in proto.functions:
        clean(function)
    return proto


def feeds(session, batch):
    out, notes = {}, {}
    for value in session.get_inputs():
        shape = [batch if not isinstance(n, int) else n for n in value.shape]
        x = network_input(shape)
        if value.type == "tensor(float16)":
            x = x.astype(np.float16)
        out[value.name] = x
        notes[value.name] = {"shape": shape, "declared": [n for n in value.shape], "type": value.type}
    return out, notes


def answers(path, level, batch):
    options = ort.SessionOptions()
    options.graph_optimization_level = level
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    given, inputs = feeds(session, batch)
    return given, inputs, [v.name for v in session.get_outputs()], session.run(None, given)


def off(a, b):
    """Greatest difference over the greatest value, of all outputs."""
    return max(float(f"{np.abs(np.float64(x) - np.float64(y)).max() / max(np.abs(np.float64(y)).max(), 1e-30):.2g}")
               for x, y in zip(a, b))


def keep(name, proto, how, external=False, batch=2, inference=None, check=True):
    """Write a file and what onnxruntime, with no optimisation, computes for the formula's input.

    `inference` makes of the file another one, that is run in its place.
    """
    path = HERE / f"{name}.onnx"
    if proto is not None:
        proto = stripped(proto)
        if check:
            onnx.checker.check_model(proto)
        data = path.with_name(path.name + ".data")
        data.unlink(missing_ok=True)
        if external:
            onnx.save(proto, path, save_as_external_data=True, location=data.name, size_threshold=0)
        else:
            onnx.save(proto, path)
    proto = onnx.load(path)
    levels = ort.GraphOptimizationLevel
    run = str(path) if inference is None else inference(copy.deepcopy(proto)).SerializeToString()
    given, inputs, outputs, values = answers(run, levels.ORT_DISABLE_ALL, batch)
    note = {
        "how": how, "inputs": inputs, "outputs": outputs, "ir": proto.ir_version,
        "opsets": {o.domain or "ai.onnx": o.version for o in proto.opset_import},
        "operators": sorted({(n.domain + "::" if n.domain else "") + n.op_type for n in proto.graph.node}),
        "bytes": path.stat().st_size, "optimised": off(answers(run, levels.ORT_ENABLE_ALL, batch)[3], values),
    }
    for output, value in zip(outputs, values):
        if value.dtype.kind in "iu":
            value = value.astype(np.int64)
        elif value.dtype.kind == "f":
            value = value.astype(np.float32)
        EXPECTED[f"{name}/{output}"] = np.ascontiguousarray(value)
    try:
        with np.errstate(all="ignore"):
            source = run if isinstance(run, str) else onnx.load_from_string(run)
            note["reference"] = off(ReferenceEvaluator(source).run(None, given), values)
    except Exception as error:
        note["reference"] = f"none: {str(error) or type(error).__name__}"[:120]
    NOTES[name] = note
    print(name, path.stat().st_size, how, note["opsets"].get("ai.onnx"), "reference:", note["reference"], "optimised:", note["optimised"],
          [np.round(np.float64(v).reshape(-1)[:3], 3).tolist() for v in values], flush=True)
    return proto


def inference(proto):
    """A file exported for training, as in inference: statistics that are stored, and no dropout."""
    for node in proto.graph.node:
        if node.op_type == "BatchNormalization":
            for attribute in node.attribute:
                if attribute.name == "training_mode":
                    attribute.i = 0
            del node.output[1:]
        if node.op_type == "Dropout":
            node.op_type = "Identity"
            del node.input[1:], node.output[1:], node.attribute[:]
    kept = [o for o in proto.graph.output if any(o.name in n.output for n in proto.graph.node)]
    del proto.graph.output[:]
    proto.graph.output.extend(kept)
    return proto


class Calibration(CalibrationDataReader):
    def __init__(self, shape, name):
        self.batches = iter([{name: network_input(shape, f"calibration.{i}")} for i in range(8)])

    def get_next(self):
        return next(self.batches, None)


def quantised(source, how, **arguments):
    with tempfile.TemporaryDirectory() as folder:
        before, ready, after = (str(Path(folder, n)) for n in ("before.onnx", "ready.onnx", "after.onnx"))
        onnx.save(source, before)
        quant_pre_process(before, ready, skip_symbolic_shape=True)
        if how == "dynamic":
            quantize_dynamic(ready, after, weight_type=QuantType.QInt8 if "weight_type" not in arguments else arguments["weight_type"])
        else:
            value = source.graph.input[0]
            shape = [d.dim_value or 1 for d in value.type.tensor_type.shape.dim]
            quantize_static(ready, after, Calibration(shape, value.name), quant_format=QuantFormat[how], **arguments)
        return onnx.load(after)


def attempt(name, build, how, **more):
    """A file whose exporter may refuse is left out, and said so."""
    try:
        return keep(name, build(), how, **more)
    except Exception as error:
        (HERE / f"{name}.onnx").unlink(missing_ok=True)
        print("LEFT OUT", name, how, type(error).__name__, str(error)[:300].replace("\n", " "), flush=True)
        return None


def sklearn():
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x = network_input((60, 192), "samples")
    y = np.arange(60) % 3
    for name, classifier, options in (
        ("sklearn_logistic", LogisticRegression(max_iter=50), None),
        ("sklearn_logistic_nozipmap", LogisticRegression(max_iter=50), {"zipmap": False}),
        ("sklearn_mlp_nozipmap", MLPClassifier((8,), max_iter=30, random_state=0), {"zipmap": False}),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pipeline = make_pipeline(StandardScaler(), classifier).fit(x, y)
        proto = convert_sklearn(pipeline, initial_types=[("image", FloatTensorType([None, 192]))], target_opset=17,
                                options=None if options is None else {id(pipeline): options})
        proto.graph.name = name  # else a random one
        if options is None:  # its second output is a sequence of maps: no tensors to store
            path = HERE / f"{name}.onnx"
            onnx.save(stripped(proto), path)
            NOTES[name] = {"how": "skl2onnx, with ZipMap", "bytes": path.stat().st_size,
                           "operators": sorted({n.op_type for n in proto.graph.node})}
        else:
            keep(name, proto, "skl2onnx")


def main():
    torch.set_num_threads(1)
    logging.disable(logging.WARNING)
    for path in HERE.glob("*.onnx*"):
        if not path.name.startswith(("keras", "paddle")):
            path.unlink()

    ts, dynamo = dict(dynamo=False), dict(dynamo=True)
    for id in MODELS:
        if id in ("squeezenet1_1", "vit_b_16", "deit", "shufflenet_v2"):
            continue  # with dynamic batch below
        attempt(f"{id}.dynamo18", lambda: export(id, 18, **dynamo), "torch.onnx.export, dynamo, opset 18")
        attempt(f"{id}.script17", lambda: export(id, 17, **ts), "torch.onnx.export, TorchScript, opset 17")
    attempt("resnet18.script13", lambda: export("resnet18", 13, **ts), "torch.onnx.export, TorchScript, opset 13")
    for id in ("squeezenet1_1", "resnet18", "deit", "vit_b_16", "shufflenet_v2"):
        attempt(f"{id}.script17batch", lambda: export(id, 17, batch=True, **ts), "TorchScript, opset 17, dynamic batch")
        attempt(f"{id}.dynamo18batch", lambda: export(id, 18, batch=True, **dynamo), "dynamo, opset 18, dynamic batch")
    attempt("convnext_tiny.dynamo20", lambda: export("convnext_tiny", 20, **dynamo), "dynamo, opset 20: Gelu")
    attempt("deit.dynamo23", lambda: export("deit", 23, **dynamo), "dynamo, opset 23: Attention")
    attempt("resnet18.dynamo18raw", lambda: export("resnet18", 18, optimize=False, **dynamo), "dynamo, opset 18, optimize=False")
    mode = torch.onnx.TrainingMode
    for id in ("resnet18", "vgg11_bn"):
        attempt(f"{id}.script17training",
                lambda: export(id, 17, batch=True, training=mode.TRAINING, do_constant_folding=False, **ts),
                "TorchScript, opset 17, dynamic batch, training=TRAINING", inference=inference)
    attempt("resnet18.script17preserve", lambda: export("resnet18", 17, training=mode.PRESERVE, do_constant_folding=False, **ts),
            "TorchScript, opset 17, training=PRESERVE of a network in eval mode: BatchNormalization is kept")
    attempt("resnet18.script13inputs", lambda: export("resnet18", 13, keep_initializers_as_inputs=True, **ts),
            "TorchScript, opset 13, initializers are inputs too")

    base, vit = export("resnet18", 17, **ts), export("deit", 17, **ts)
    attempt("resnet18.external", lambda: base, "script17 with external data", external=True)
    for id, source in (("resnet18", base), ("deit", vit)):
        attempt(f"{id}.float16", lambda: half.convert_float_to_float16(copy.deepcopy(source)), "script17 in f16, input and output too")
        attempt(f"{id}.float16io32", lambda: half.convert_float_to_float16(copy.deepcopy(source), keep_io_types=True),
                "script17 in f16, input and output f32; nodes are not in topological order", check=False)
    u8, s8 = QuantType.QUInt8, QuantType.QInt8
    for id, source in (("resnet18", base), ("mobilenet_v2", export("mobilenet_v2", 17, **ts)), ("deit", vit)):
        attempt(f"{id}.qdq", lambda: quantised(source, "QDQ", activation_type=s8, weight_type=s8, per_channel=True),
                "onnxruntime quantize_static, QDQ, i8 and i8 per channel")
        if id == "resnet18":
            attempt(f"{id}.qdq_u8", lambda: quantised(source, "QDQ", activation_type=u8, weight_type=u8),
                    "onnxruntime quantize_static, QDQ, u8 and u8 per tensor")
        attempt(f"{id}.qlinear", lambda: quantised(source, "QOperator", activation_type=u8, weight_type=u8),
                "onnxruntime quantize_static, QOperator, u8 and u8")
        attempt(f"{id}.dynamic", lambda: quantised(source, "dynamic", weight_type=u8), "onnxruntime quantize_dynamic, u8")
    attempt("resnet18.qlinear_s8", lambda: quantised(base, "QOperator", activation_type=s8, weight_type=s8, per_channel=True),
            "onnxruntime quantize_static, QOperator, i8 and i8 per channel")
    later = export("resnet18", 21, **dynamo)
    attempt("resnet18.qdq21", lambda: quantised(later, "QDQ", activation_type=s8, weight_type=s8, per_channel=True),
            "onnxruntime quantize_static of dynamo opset 21, QDQ, i8 and i8 per channel")
    sklearn()
    for maker in ("keras", "paddle"):
        for name, how in json.loads((HERE / f"{maker}.json").read_text()).items():
            keep(name, None, how)

    data = save(EXPECTED, {"files": json.dumps(NOTES, sort_keys=True, separators=(",", ":"))})
    end = 8 + int.from_bytes(data[:8], "little")
    text = json.dumps(json.loads(data[8:end]), sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (HERE / "expected.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data[end:])
    print(sum(p.stat().st_size for p in HERE.glob("*.onnx*")), "bytes of ONNX,",
          (HERE / "expected.safetensors").stat().st_size, "of answers")


if __name__ == "__main__":
    main()
