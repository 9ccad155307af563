#!/usr/bin/env python3
"""Make the ONNX files that tf2onnx writes for a small Keras network; make.py computes their answers.

    python tests/golden/onnx/keras_files.py

Run from the repository root, before make.py. Needs Python 3.11 and exactly the PyPI packages of PINS, which may live in
another environment than those of make.py. Takes half a minute; nothing is downloaded. The numbers in the files are the
same each time, but tf2onnx gives some tensors other names. README.md says what is in the files.
"""
import importlib.metadata
import json
import os
import sys
from pathlib import Path

PINS = {"tensorflow-cpu": "2.21.0", "keras": "3.15.1", "tf2onnx": "1.17.0", "onnx": "1.23.2", "numpy": "2.4.6",
        "onnxruntime": "1.31.1"}
for _package, _version in PINS.items():
    if importlib.metadata.version(_package) != _version:
        sys.exit(f"{_package} {importlib.metadata.version(_package)} is installed, {_version} is needed.")

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import onnx
import onnxruntime
import tensorflow as tf
import tf2onnx
from tensorflow import keras
from tensorflow.keras import layers

HERE = Path(__file__).resolve().parent


def numbers(name, shape):
    """In [-1, 1), from a generator of numpy: the weights are in the files, no one has to make them again."""
    return np.random.default_rng(list(name.encode())).uniform(-1, 1, shape).astype(np.float32)


def network(activation):
    """Each kind of layer of MobileNet and of Inception once; "same" padding with stride 2 of an even size."""
    x = image = layers.Input((32, 32, 3), name="image")
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="stem")(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization(name="stem_norm", epsilon=1e-3)(x))
    y = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="depth")(x)
    y = layers.Conv2D(8, 1, activation=activation, name="point")(layers.BatchNormalization(name="depth_norm")(y))
    x = layers.Add()([x, y])
    x = layers.ZeroPadding2D(((0, 1), (0, 1)))(x)
    x = layers.DepthwiseConv2D(3, strides=2, padding="valid", name="depth2")(x)
    a = layers.AveragePooling2D(3, strides=1, padding="same")(x)
    b = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    c = layers.SeparableConv2D(8, 3, padding="same", name="separable")(x)
    x = layers.Concatenate()([a, b, c])
    x = layers.MaxPooling2D(2)(layers.LeakyReLU(0.1)(x))
    s = layers.GlobalAveragePooling2D(keepdims=True)(x)
    s = layers.Conv2D(24, 1, activation="sigmoid", name="gate")(s)
    x = layers.Multiply()([x, s])
    x = layers.Flatten()(x)  # rows, columns, channels
    x = layers.Dropout(0.5)(layers.Dense(16, activation="relu", name="dense")(x))
    return keras.Model(image, layers.Dense(10, activation="softmax", name="classes")(x), name="small")


def filled(model):
    for v in model.weights:
        u = numbers(v.path, v.shape)
        if len(v.shape) > 1:
            v.assign(u * np.sqrt(3 / max(np.prod(v.shape[:-1]) if "depth" not in v.path else 9, 1)) * 1.5)
        elif v.path.endswith(("variance", "gamma")):
            v.assign(1 + 0.2 * u)
        else:
            v.assign(0.1 * u)
    return model


def main():
    hows = {}
    for path in HERE.glob("keras*.onnx"):
        path.unlink()
    batch, one = [tf.TensorSpec((n, 32, 32, 3), tf.float32, name="image") for n in (None, 1)]
    for name, activation, spec, more in (
        ("keras.opset13", "relu", batch, dict(opset=13)),
        ("keras.opset17", "swish", one, dict(opset=17)),
        ("keras.opset17nchw", "relu", one, dict(opset=17, inputs_as_nchw=["image"])),
    ):
        model = filled(network(activation))
        function = tf.function(lambda image: model(image, training=False), input_signature=[spec])
        proto, _ = tf2onnx.convert.from_function(function, input_signature=[spec], **more)
        proto.doc_string = ""
        onnx.save(proto, HERE / f"{name}.onnx")
        hows[name] = f"tf2onnx {PINS['tf2onnx']} of a Keras {PINS['keras']} network with {activation}, {more}, {list(spec.shape)}"
        x = np.random.default_rng(1).normal(size=(1, 32, 32, 3)).astype(np.float32)
        own = model(x, training=False).numpy()
        session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
        other = session.run(None, {"image": x.transpose(0, 3, 1, 2) if "inputs_as_nchw" in more else x})[0]
        print(name, (HERE / f"{name}.onnx").stat().st_size, "onnxruntime from Keras:", np.abs(own - other).max())
        assert np.abs(own - other).max() < 1e-5
    (HERE / "keras.json").write_text(json.dumps(hows, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
