#!/usr/bin/env python3
"""Make the weight files in good/, odd/ and evil/, and expected.json.

    python tests/golden/checkpoints/make.py

Needs Python 3.11 and the PyPI packages torch==2.15.0, numpy==2.4.6 and safetensors==0.8.0. Takes seconds. Nothing made
here is harmful: the commands in evil/ are `true` and `1`, and nothing in them is run by making them.
What is in the folders stands in README.md.
"""
import argparse
import collections
import io
import json
import os
import pickle
import shutil
import struct
import zipfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

HERE = Path(__file__).resolve().parent
EXPECTED = {}
STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
WHEN = (1980, 1, 1, 0, 0, 0)


def generator(seed=20240):
    return torch.Generator().manual_seed(seed)


def network(seed=20240):
    """The state dict of a convolution, a batch norm with its counter, and a linear layer."""
    g = generator(seed)
    return collections.OrderedDict(
        (name, torch.randn(shape, generator=g))
        for name, shape in [
            ("conv.weight", (4, 3, 3, 3)), ("bn.weight", (4,)), ("bn.bias", (4,)),
            ("bn.running_mean", (4,)), ("bn.running_var", (4,)), ("fc.weight", (5, 4)), ("fc.bias", (5,)),
        ]
    ) | {"bn.num_batches_tracked": torch.tensor(7)}


def floats(state):
    """What is to be read: every floating-point tensor as f32, in rows."""
    return {
        name: value.detach().to(torch.float32).contiguous().clone()
        for name, value in state.items() if isinstance(value, torch.Tensor) and value.is_floating_point()
    }


def saved(thing, **options):
    buffer = io.BytesIO()
    torch.save(thing, buffer, **options)
    return buffer.getvalue()


LEGACY = {"_use_new_zipfile_serialization": False}


def good(name, data, weights, notes=()):
    """A file that is to be read, the weights PyTorch reads from it, and the notes it is to have."""
    (HERE / "good" / name).write_bytes(data)
    save_file(floats(weights), HERE / "good" / (name.split(".")[0] + ".expected.safetensors"))
    EXPECTED[f"good/{name}"] = {"notes": list(notes)}


def bad(name, data, error, says=""):
    """A file that is to give this error, with these words in its sentence."""
    folder = "evil" if name.startswith("evil/") else "odd"
    (HERE / folder / name.split("/")[-1]).write_bytes(data)
    EXPECTED[f"{folder}/{name.split('/')[-1]}"] = {"error": error, "says": says}


def no_source(kind):
    """A class as if it had been typed in: no lines, and no file that has a place."""
    return [], 0, f"{kind.__name__}.py"


def rezip(data, change=lambda name, body: (name, body), method=STORED, zip64=False):
    """The same archive written by another tool."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            changed = change(info.filename, old.read(info))
            if changed is None:
                continue
            entry = zipfile.ZipInfo(changed[0], WHEN)
            entry.compress_type = method
            with new.open(entry, "w", force_zip64=zip64) as file:
                file.write(changed[1])
    return out.getvalue()


def patched(data, **records):
    """The archive with some records replaced."""
    by_name = {name.replace("_", "."): body for name, body in records.items()}
    return rezip(data, lambda name, body: (name, by_name.get(name.split("/", 1)[-1], body)))


def formats():
    state = network()
    good("zip.pth", saved(state), state)
    good("legacy.pth", saved(state, **LEGACY), state)
    for kind, word in [(torch.float16, "f16"), (torch.bfloat16, "bf16"), (torch.float64, "f64")]:
        cast = {name: value.to(kind) if value.is_floating_point() else value for name, value in state.items()}
        notes = ["7 tensors were f64"] if word == "f64" else []
        good(f"{word}.pth", saved(cast), cast, notes)
        good(f"{word}_legacy.pth", saved(cast, **LEGACY), cast, notes)
    for protocol in (3, 4, 5):
        good(f"protocol{protocol}.pth", saved(state, pickle_protocol=protocol), state)
        good(f"protocol{protocol}_legacy.pth", saved(state, pickle_protocol=protocol, **LEGACY), state)
    good("deflated.pth", rezip(saved(state), method=DEFLATED), state)
    good("zip64.pth", rezip(saved(state), zip64=True), state)
    good("root.pth", rezip(saved(state), lambda name, body: ("a b.c-ü/" + name.split("/", 1)[1], body)), state)
    good("rootless.pth", rezip(saved(state), lambda name, body: (name.split("/", 1)[1], body)), state)
    mixed = {"a": state["fc.weight"], "b": state["fc.bias"].half(), "c": state["bn.bias"].bfloat16()}
    save_file(mixed, HERE / "good" / "mixed.safetensors", metadata={"format": "pt", "made by": "make.py"})
    save_file(floats(mixed), HERE / "good" / "mixed.expected.safetensors")
    EXPECTED["good/mixed.safetensors"] = {"notes": [], "metadata": {"format": "pt", "made by": "make.py"}}


def views():
    base = torch.arange(60.0).reshape(3, 4, 5)
    views = {
        "transposed": base.permute(2, 0, 1), "step": base[:, 1:4:2, ::3], "part": base[1:, 2:],
        "expanded": torch.arange(3.0).unsqueeze(1).expand(3, 4), "scalar": base[1, 2, 3],
        "empty": torch.zeros(0, 3), "channels_last": torch.arange(24.0).reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last),
    }
    good("strided.pth", saved(views), views)
    good("strided_legacy.pth", saved(views, **LEGACY), views)
    tied = torch.randn(4, 6, generator=generator())
    shared = {"embed": tied, "head": tied, "row": tied[2], "columns": tied[:, 1:3].t()}
    good("shared.pth", saved(shared), shared)
    good("shared_legacy.pth", saved(shared, **LEGACY), shared)
    plain = torch.nn.Parameter(torch.randn(3, generator=generator()))
    tagged = torch.nn.Parameter(torch.randn(2, 2, generator=generator()))
    tagged.origin = "a tag"
    attributed = torch.randn(2, generator=generator())
    attributed.origin = "another"
    parameters = {"plain": plain, "tagged": tagged, "attributed": attributed}
    good("parameters.pth", saved(parameters), parameters)
    whole = {"w": base, "index": torch.arange(6).reshape(2, 3), "mask": torch.ones(3, dtype=torch.bool),
             "count": torch.tensor(3), "tall": torch.zeros(2, dtype=torch.uint16)}
    good("whole.pth", saved(whole), whole, ["left out: index, mask, tall"])


class Average:
    """Stands for some training code's own class, with tensors inside."""

    def __init__(self):
        self.shadow = {"w": torch.ones(2)}


def containers():
    state, other = network(), network(7)
    checkpoint = {
        "epoch": 12, "arch": "tiny", "best": np.float64(0.75), "history": np.arange(3.0), "rate": 1e-3, "big": 2**70,
        "args": argparse.Namespace(lr=0.1, name="run"), "size": torch.Size([1, 3]), "device": torch.device("cpu"),
        "state_dict": state, "classes": {"a", "b"}, "names": frozenset(["c"]), "raw": b"\xff\x00", "list": [1, [2, (3,)]],
        "optimizer": {"state": {0: {"step": torch.tensor(5.0), "exp_avg": torch.zeros(4)}}, "param_groups": [{"lr": 0.1}]},
    }
    good("training.pth", saved(checkpoint), state, ["found under state_dict", "set"])
    good("training_legacy.pth", saved(checkpoint, **LEGACY), state, ["found under state_dict", "set"])
    own = {"model": state, "model_ema": other, "average": Average(), "step": 3}
    good("own_class.pth", saved(own), state, ["found under model.", "second set of weights under model_ema", "make.Average"])
    deeper = {"model": {"state_dict": state, "step": 4}, "step": 3}
    good("deeper.pth", saved(deeper), state, ["found under model > state_dict"])
    average = {"ema": other, "optimizer": {"state": {}}}
    good("ema_only.pth", saved(average), other, ["found under ema"])
    beside = {"state_dict": {**state, "extra": None, "version": 2}}
    good("beside.pth", saved(beside), state, ["found under state_dict", "extra, version"])
    for prefix in ("module.", "_orig_mod.", "model.", "_orig_mod.module."):
        file = prefix.replace(".", "") + "_prefix.pth"
        named = collections.OrderedDict((prefix + name, value) for name, value in state.items())
        good(file, saved(named), state, [f"All names began with {part}." for part in prefix.split(".")[:-1]])
    some = {("module." if name.startswith("bn") else "") + name: value for name, value in state.items()}
    good("some_prefix.pth", saved(some), some)


def kinds():
    one = torch.ones(2, 3)
    bad("complex.pth", saved({"w": torch.ones(2, dtype=torch.complex64)}), "Type", "complex")
    bad("float8.pth", saved({"w": one.to(torch.float8_e4m3fn)}), "Type", "w as numbers of 8 bits")
    bad("sparse.pth", saved({"w": one.to_sparse()}), "Type", "sparse")
    bad("quantised.pth", saved({"w": torch.quantize_per_tensor(one, 0.1, 0, torch.qint8)}), "Type", "quantised")
    bad("meta.pth", saved({"w": one.to("meta")}), "Type", "meta")
    for word, value in [("nan", float("nan")), ("inf", float("inf")), ("minus_inf", -float("inf"))]:
        broken = network()
        broken["fc.weight"][3, 1] = value
        bad(f"{word}.pth", saved(broken), "NotFinite", "fc.weight, at place 13")
    bad("beyond_f32.pth", saved({"w": torch.tensor([1.0, 1e300], dtype=torch.float64)}), "NotFinite", "inf in w")
    bad("empty.pth", saved({}), "NoWeights", "no weights")
    bad("only_numbers.pth", saved({"epoch": 3, "loss": [1.0]}), "NoWeights", "epoch, loss")
    bad("tensor.pth", saved(one), "NoWeights", "a single tensor")
    model = torch.nn.Sequential(torch.nn.Linear(2, 2))
    bad("whole_module.pth", saved(model), "Program", "torch.nn.modules.container.Sequential")
    bad("whole_module_inside.pth", saved({"epoch": 3, "model": model}), "Program", "Sequential")
    # The old format carries the source of each class, and where it lay on the machine: neither belongs here.
    found, torch.serialization.get_source_lines_and_file = torch.serialization.get_source_lines_and_file, no_source
    bad("whole_module_legacy.pth", saved(model, **LEGACY), "Program", "Sequential")
    torch.serialization.get_source_lines_and_file = found
    script = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), script)
    bad("torchscript.pt", script.getvalue(), "Program", "TorchScript")
    arrays = io.BytesIO()
    np.savez(arrays, w=np.ones(3))
    bad("arrays.npz", arrays.getvalue(), "Foreign", "NumPy archive")
    wrapped, text = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(wrapped, "w") as file:
        file.writestr(zipfile.ZipInfo("model.pth", WHEN), saved({"w": one}))
    bad("wrapped.zip", wrapped.getvalue(), "Foreign", "unpack it")
    with zipfile.ZipFile(text, "w") as file:
        file.writestr(zipfile.ZipInfo("word/document.xml", WHEN), b"<a/>")
    bad("document.zip", text.getvalue(), "Foreign", "word/document.xml")
    bad("plain.pkl", pickle.dumps({"w": np.ones(3)}, protocol=4), "Foreign", "plain Python pickle")
    plain = saved({"w": one})
    bad("big_endian.pth", patched(plain, byteorder=b"big"), "BigEndian", "big-endian")
    bad("missing_record.pth", rezip(plain, lambda name, body: None if name.endswith("data/0") else (name, body)),
        "Damaged", "data/0 is missing")
    bad("short_record.pth", rezip(plain, lambda name, body: (name, body[:8] if name.endswith("data/0") else body)),
        "Tensor", "past the numbers")
    flipped = bytearray(plain)
    flipped[plain.index(struct.pack("<f", 1.0) * 6)] ^= 1
    bad("wrong_checksum.pth", bytes(flipped), "Damaged", "checksum")
    bad("big_endian_legacy.pth", saved({"w": one}, **LEGACY).replace(b"little_endianq\x02\x88", b"little_endianq\x02\x89"),
        "BigEndian", "big-endian")


class Call:
    """Pickles as a call of `function`."""

    def __init__(self, function, *arguments):
        self.parts = function, arguments

    def __reduce__(self):
        return self.parts


class Stateful:
    """Pickles as an object whose state is to be set."""

    def __init__(self):
        self.command = "true"

    def __setstate__(self, state):
        raise SystemExit("a pickle was run")


def text(word):
    return b"X" + struct.pack("<I", len(word)) + word.encode()


def tensor(key="0", numel=6, offset=b"K\0", shape=b"K\x02K\x03\x86", stride=b"K\x03K\x01\x86"):
    """The opcodes of one tensor of f32."""
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(key) + text("cpu") + b"K" + bytes([numel]) + b"tQ"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + offset + shape + stride + b"\x89}tR"


def archive(pickled, record=struct.pack("<6f", *range(6))):
    """A checkpoint of this pickle, which any opcodes may make, and one storage."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(zipfile.ZipInfo("archive/data.pkl", WHEN), pickled, DEFLATED)
        file.writestr(zipfile.ZipInfo("archive/data/0", WHEN), record, STORED)
    return out.getvalue()


def beside(value):
    """A state dict of one tensor, with another value under "x"."""
    return b"\x80\x02}(" + text("w") + tensor() + text("x") + value + b"u."


WEIGHTS = {"w": torch.arange(6.0).reshape(2, 3)}


def loaded(name, pickled, notes=()):
    """A file in evil/ whose weights are to be read all the same."""
    (HERE / "evil" / name).write_bytes(archive(pickled))
    EXPECTED[f"evil/{name}"] = {"notes": list(notes), "weights": "w"}


def calls():
    state = {"w": torch.ones(2, 3)}
    for name, call in [("os_system", Call(os.system, "true")), ("eval", Call(eval, "1")), ("exec", Call(exec, "1")),
                       ("getattr", Call(getattr, "a", "upper")), ("import", Call(__import__, "os"))]:
        for protocol in (2, 4):
            word = getattr(call.parts[0], "__name__")
            bad(f"evil/{name}{protocol}.pth", saved(call, pickle_protocol=protocol), "Program", "." + word)
            bad(f"evil/{name}{protocol}_inside.pth", saved({"state_dict": call}, pickle_protocol=protocol), "Program", word)
    bad("evil/os_system_legacy.pth", saved(Call(os.system, "true"), **LEGACY), "Program", "system")
    bad("evil/stateful.pth", saved(Stateful()), "Program", "Stateful")
    command = text("true") + b"\x85R"
    loaded("beside_global.pth", beside(b"cos\nsystem\n" + command), ["call os.system"])
    stacked = b"\x8c\x05posix\x8c\x06system\x93"
    loaded("beside_stack_global.pth", beside(stacked + command), ["call posix.system"])
    loaded("beside_inst.pth", beside(b"(" + text("true") + b"ios\nsystem\n"), ["call os.system"])
    loaded("beside_obj.pth", beside(b"(cos\nsystem\n" + text("true") + b"o"), ["call os.system"])
    loaded("beside_newobj.pth", beside(b"csubprocess\nPopen\n" + text("true") + b"\x85\x81"), ["call subprocess.Popen"])
    loaded("beside_newobj_ex.pth", beside(b"csubprocess\nPopen\n" + text("true") + b"\x85}\x92"), ["subprocess.Popen"])
    loaded("beside_build.pth", beside(b"cos\nPopen\n)\x81}" + text("a") + text("b") + b"sb"), ["call os.Popen"])
    loaded("beside_build_dict.pth", beside(b"}}" + text("__setstate__") + b"cos\nsystem\nsb"), [])
    loaded("beside_load_from_bytes.pth", beside(b"ctorch.storage\n_load_from_bytes\n" + text("true") + b"\x85R"),
           ["call torch.storage._load_from_bytes"])
    long = "a" * 5000
    loaded("beside_long_name.pth", beside(f"c{long}\n{long}\n".encode() + b")R"), ["aaaa…"])
    bad("evil/extension.pth", archive(beside(b"\x82\x01")), "Damaged", "running Python")
    bad("evil/buffer.pth", archive(beside(b"\x97")), "Damaged", "running Python")
    assert state


def shapes():
    deep = b"]" * 3000 + b"a" * 2999
    loaded("deep.pth", beside(deep), [])
    bad("evil/deep_tuple.pth", archive(b"\x80\x02)" + b"\x85" * 100_000 + b"."), "NoWeights", "no weights")
    cycle = b"]q\0h\0a"
    loaded("cyclic_list.pth", beside(cycle), [])
    bad("evil/cyclic_state.pth", archive(b"\x80\x02}q\0" + text("state_dict") + b"h\0s."), "NoWeights", "")
    cyclic_parameter = b"ctorch._utils\n_rebuild_parameter\n(]q\1h\1a\x88}tR"
    bad("evil/cyclic_parameter.pth", archive(beside(cyclic_parameter)), "Tensor", "lacks")
    laughs = b"(K\1K\1K\1K\1tq\0" + b"".join(b"(h%ch%ch%ch%ctq%c" % (i, i, i, i, i + 1) for i in range(200))
    loaded("memo_bomb.pth", beside(laughs), [])
    ordered = b"](K\1K\2\x86" + b"K\1K\2\x86" * 2000 + b"eq\0" + b"0ccollections\nOrderedDict\nq\1" + b"h\1h\0\x85R0" * 2000
    bad("evil/copy_bomb.pth", archive(b"\x80\x02" + ordered + b"N."), "TooLarge", "opcodes")
    bad("evil/opcodes.pth", archive(b"\x80\x02" + b"N0" * 1_100_000 + b"N."), "TooLarge", "inflates")
    for name, value in [("binunicode", b"X\xff\xff\xff\xff"), ("binunicode8", b"\x8d" + b"\xff" * 8),
                        ("binbytes8", b"\x8e" + b"\xff" * 7 + b"\x7f"), ("bytearray8", b"\x96" + b"\xff" * 8),
                        ("long4", b"\x8b\xff\xff\xff\x7f"), ("long4_negative", b"\x8b\xff\xff\xff\xff"),
                        ("frame", b"\x95" + b"\xff" * 8), ("memo", b"j\xff\xff\xff\xff"), ("mark", b"t" * 8),
                        ("odd_items", b"}(K\1u"), ("key_list", b"]]]s"), ("pop", b"0" * 9), ("protocol", b"\x80\x09")]:
        bad(f"evil/length_{name}.pth", archive(beside(value)), "Damaged", "")
    loaded("put_far.pth", beside(b"Nr\xff\xff\xff\xff"), [])
    wrong = [
        ("offset", tensor(offset=b"K\x01"), "past"), ("offset_negative", tensor(offset=b"J\xff\xff\xff\xff"), "offset"),
        ("offset_huge", tensor(offset=b"\x8a\x08" + b"\xff" * 7 + b"\x7f"), "w wrongly"),
        ("stride", tensor(stride=b"K\x04K\x01\x86"), "past"),
        ("stride_negative", tensor(stride=b"J\xff\xff\xff\xffK\x01\x86"), "strides"),
        ("stride_huge", tensor(stride=b"\x8a\x08" + b"\xff" * 7 + b"\x7f" + b"K\x01\x86"), "past"),
        ("stride_missing", tensor(stride=b"K\x01\x85"), "fit its shape"),
        ("shape_negative", tensor(shape=b"J\xff\xff\xff\xffK\x01\x86"), "shape"),
        ("shape_huge", tensor(shape=(b"\x8a\x08" + b"\xff" * 7 + b"\x7f") * 2 + b"\x86", stride=b"K\0K\0\x86"), "overflow"),
        ("axes", tensor(shape=b"(" + b"K\1" * 70 + b"t", stride=b"(" + b"K\1" * 70 + b"t"), "16 axes"),
        ("not_a_shape", tensor(shape=text("ab")), "shape"), ("wrong_storage", tensor().replace(b"FloatStorage", b"FloatBorages"), "storage"),
        ("short", b"ctorch._utils\n_rebuild_tensor_v2\n)R", "lacks"),
    ]
    for name, value, says in wrong:
        bad(f"evil/view_{name}.pth", archive(b"\x80\x02}" + text("w") + value + b"s."), "Tensor", says)
    expanded = tensor(shape=b"J\0\0\0\x10J\0\0\0\x10\x86", stride=b"K\0K\0\x86")
    bad("evil/view_expanded.pth", archive(b"\x80\x02}" + text("w") + expanded + b"s."), "TooLarge", "twice")
    many = b"".join(text(f"w{i}") + tensor(shape=b"J\0\0\1\0K\1\x86", stride=b"K\0K\0\x86") for i in range(9))
    bad("evil/view_many.pth", archive(b"\x80\x02}(" + many + b"u."), "TooLarge", "twice")
    bad("evil/other_key.pth", archive(b"\x80\x02}" + text("w") + tensor(key="../../data.pkl") + b"s."), "Damaged", "missing")


def central(data):
    """Places of the entries of the central directory, by name."""
    places, at = {}, data.index(b"PK\1\2")
    while data[at:at + 4] == b"PK\1\2":
        lengths = struct.unpack_from("<3H", data, at + 28)
        places[data[at + 46:at + 46 + lengths[0]].decode()] = at
        at += 46 + sum(lengths)
    return places


def edited(data, name, **fields):
    """The archive with fields of one entry of the central directory overwritten."""
    data = bytearray(data)
    place = central(data)[name]
    for field, value in fields.items():
        struct.pack_into("<I", data, place + {"crc": 16, "packed": 20, "size": 24, "start": 42}[field], value)
    return bytes(data)


def archives():
    plain = b"\x80\x02}" + text("w") + tensor() + b"s."
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", DEFLATED, compresslevel=9) as file:
        file.writestr(zipfile.ZipInfo("archive/data.pkl", WHEN), plain, DEFLATED)
        file.writestr(zipfile.ZipInfo("archive/data/0", WHEN), bytes(12_000_000), DEFLATED)
    bad("evil/deflate_bomb.pth", out.getvalue(), "TooLarge", "inflates")
    bad("evil/deflate_bomb_small_lie.pth", edited(out.getvalue(), "archive/data/0", size=24), "Damaged", "data/0")
    whole = archive(plain)
    pkl, data = "archive/data.pkl", "archive/data/0"
    start = struct.unpack_from("<I", whole, central(whole)[pkl] + 42)[0]
    bad("evil/overlapping.pth", edited(whole, data, start=start), "Damaged", "")
    bad("evil/overlapping_data.pth", edited(whole, pkl, packed=len(plain) + 90), "Damaged", "")
    bad("evil/lying_size.pth", edited(whole, pkl, size=0x7fffffff), "TooLarge", "inflates")
    bad("evil/lying_size_little.pth", edited(whole, pkl, size=len(plain) + 1), "Damaged", "")
    bad("evil/lying_stored.pth", edited(whole, data, size=400), "Damaged", "two lengths")
    bad("evil/lying_stored_both.pth", edited(whole, data, size=2**31, packed=2**31), "Damaged", "")
    bad("evil/lying_start.pth", edited(whole, data, start=2**31), "Damaged", "")
    bad("evil/zip64_missing.pth", edited(whole, data, size=2**32 - 1, packed=2**32 - 1), "Damaged", "")
    big = rezip(whole, zip64=True)
    lie, at = bytearray(big), central(big)[data]
    extra = struct.pack("<HHQQQ", 1, 24, 2**64 - 1, 2**64 - 1, 2**64 - 1)
    lie[at + 20:at + 28], lie[at + 42:at + 46] = b"\xff" * 8, b"\xff" * 4
    name, length = struct.unpack_from("<HH", lie, at + 28)
    lie[at + 30:at + 32] = struct.pack("<H", len(extra))
    lie[at + 46 + name:at + 46 + name + length] = extra
    end = lie.rindex(b"PK\5\6")
    lie[end + 12:end + 16] = struct.pack("<I", struct.unpack_from("<I", lie, end + 12)[0] + len(extra) - length)
    bad("evil/zip64_lie.pth", bytes(lie), "Damaged", "")
    count = bytearray(whole)
    end = count.rindex(b"PK\5\6")
    count[end + 8:end + 12] = b"\xfe\xff\xfe\xff"
    bad("evil/many_entries.pth", bytes(count), "Damaged", "")
    locator = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 2**63, 2**63, 2**63, 0)
    locator += struct.pack("<4sIQI", b"PK\6\7", 0, len(whole) - 22, 1)
    tail = bytearray(whole[-22:])
    tail[8:20] = b"\xff" * 12
    bad("evil/zip64_count.pth", whole[:-22] + locator + bytes(tail), "Damaged", "")


def main():
    for folder in ("good", "odd", "evil"):
        shutil.rmtree(HERE / folder, ignore_errors=True)
        (HERE / folder).mkdir()
    for part in (formats, views, containers, kinds, calls, shapes, archives):
        part()
    (HERE / "expected.json").write_text(json.dumps(dict(sorted(EXPECTED.items())), indent=1) + "\n")
    largest = max((path for path in HERE.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    print(len(EXPECTED), "files, the largest", largest.name, largest.stat().st_size)


if __name__ == "__main__":
    # Pickles name the classes by their module, whichever way this is started.
    for kind in (Average, Call, Stateful):
        kind.__module__ = "make"
    import sys
    sys.modules["make"] = sys.modules["__main__"]
    main()
