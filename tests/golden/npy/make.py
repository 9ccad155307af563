"""Makes expected.json: small maps as numpy 2.4.6 saves them, in every kind of number, order and version that is read.

    python -m venv v && v/bin/pip install numpy==2.4.6
    v/bin/python tests/golden/npy/make.py
"""

import io
import json
import pathlib

import numpy as np
from numpy.lib import format as npy

random = np.random.default_rng(5)
KINDS = ["?", "i1", "u1", "<i2", ">i2", "<u2", ">u4", "<i4", "<i8", ">i8", "<u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]


def saved(array, version):
    file = io.BytesIO()
    npy.write_array(file, array, version=version)
    return file.getvalue()


cases = []
for i, kind in enumerate(KINDS):
    for j, shape in enumerate([(3, 5), (2, 4, 3)]):
        whole = np.dtype(kind).kind in "?biu"
        values = random.integers(0 if np.dtype(kind).kind in "bu" else -100, 100, shape) if whole else random.normal(size=shape)
        array = values.astype(kind)
        array = np.asfortranarray(array) if (i + j) % 2 else array
        version = [(1, 0), (2, 0), (3, 0)][(i + j) % 3]
        name = f"{kind} {version[0]}.0 {'Fortran' if (i + j) % 2 else 'C'}"
        numbers = array.astype(np.float32).ravel(order="C").tolist()
        cases.append({"name": name, "shape": list(shape), "values": numbers, "file": saved(array, version).hex()})

refused = {
    "one axis": np.zeros(4, "f4"),
    "four axes": np.zeros((1, 3, 2, 2), "f4"),
    "no axis": np.float32(1),
    "empty": np.zeros((0, 4), "f4"),
    "complex": np.zeros((2, 2), "c8"),
    "text": np.array([["a", "b"]]),
    "dates": np.zeros((2, 2), "M8[s]"),
    "records": np.zeros((2, 2), [("a", "f4"), ("b", "i2")]),
    "long doubles": np.zeros((2, 2), np.longdouble),
    "channels last": np.zeros((8, 8, 3), "f4"),
}
refused = {name: saved(np.asarray(array), None).hex() for name, array in refused.items()}

written = {channels: saved(np.arange(channels * 8, dtype="<f4").reshape((2, 4) if channels == 1 else (channels, 2, 4)), None).hex() for channels in [1, 3]}

out = pathlib.Path(__file__).with_name("expected.json")
out.write_text(json.dumps({"read": cases, "refused": refused, "written": written}) + "\n")
print(len(cases), "cases,", out.stat().st_size, "bytes")
