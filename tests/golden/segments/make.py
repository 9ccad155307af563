"""Writes golden.json: how scikit-image cuts pictures into segments.

Made with Python 3.11, scikit-image 0.26.0, numpy 2.4.6, scipy 1.17.1, Pillow 13.0.0:

    python tests/golden/segments/make.py

The pictures are the eight photos of tests/golden/lite0, four of them as one mosaic, a photo with a white band (flat, so that noise
decides), a photo as numbers that are not bytes, and small ones given by formulas, which the test computes again. Each
case names its picture and holds the algorithm's numbers, the count of segments, and the SHA-256 of the labels as
little-endian u32, row after row; small pictures hold their labels too, as label, length of run, label, length and so on.

Tolerance: none. Labels hang on comparisons alone. Two sums that differ do so by far more than their last bits (densities by
the noise, 1e-5). True ties are between places of equal colours, and there the last bit of a colour decides: it is the reference's, but
for NumPy's powers and cube roots (core/src/segment/lab.rs), which are the nearest numbers but for 6 % and 1 % on a processor with AVX-512,
where this file was made, and but for 0 % and 56 % on others. There the script itself gives 2 of the 38 cases otherwise, quickshift
of "rocket" and "band", in 13 places each.
"""

import hashlib
import json
import pathlib

import numpy
from PIL import Image
from skimage.segmentation import quickshift, slic

HERE = pathlib.Path(__file__).parent
PHOTOS = ["cat", "cockatoo", "espresso", "mountains", "rocket", "stairs", "tripod", "uniform"]
LIME = {"id": "quickshift", "kernel_size": 4.0, "max_dist": 200.0, "ratio": 0.2}
USUAL = {"id": "slic", "segments": 100, "compactness": 10.0, "iterations": 10}


def photo(name):
    return numpy.array(Image.open(HERE.parent / "lite0" / f"{name}.png").convert("RGB"))


def formula(height, width):
    y, x = numpy.mgrid[0:height, 0:width]
    return numpy.stack([x * 7 + y * 13, x * x + 3 * y, (x ^ y) * 5], -1).astype("uint8")


def band():
    picture = photo("rocket")
    picture[80:150] = 255
    return picture


def pictures():
    """Name, picture, algorithms, and whether labels are kept whole."""
    for name in PHOTOS:
        yield name, photo(name), [LIME, USUAL], False
    four = [photo(name) for name in PHOTOS[:4]]
    mosaic = numpy.concatenate([numpy.concatenate(four[:2], 1), numpy.concatenate(four[2:], 1)], 0)
    yield "mosaic", mosaic, [LIME, USUAL], False
    yield "band", band(), [LIME, USUAL], False
    yield "levels", photo("cat").astype("float64"), [LIME, USUAL], False
    yield "normalised", (photo("cat").astype("float64") - 127) / 128, [LIME, USUAL], False
    near = {"id": "quickshift", "kernel_size": 2.5, "max_dist": 6.0, "ratio": 1.0}
    few = {"id": "slic", "segments": 7, "compactness": 30.0, "iterations": 10}
    many = {"id": "slic", "segments": 60, "compactness": 0.1, "iterations": 30}
    yield "formula", formula(61, 97), [LIME, near, USUAL, many], True
    yield "dark", formula(61, 97) % 11, [LIME, near, USUAL], True
    yield "flat", numpy.full((40, 50, 3), 90, "uint8"), [LIME, near, USUAL, few], True
    yield "strip", formula(3, 200), [LIME, USUAL, few], True


def labels(picture, algorithm):
    numbers = {key: value for key, value in algorithm.items() if key != "id"}
    if algorithm["id"] == "quickshift":
        return quickshift(picture, **numbers)
    numbers["n_segments"], numbers["max_num_iter"] = numbers.pop("segments"), numbers.pop("iterations")
    return slic(picture, start_label=0, **numbers)


def runs(found):
    starts = numpy.flatnonzero(numpy.diff(found, prepend=-1))
    lengths = numpy.diff(starts, append=found.size)
    return numpy.stack([found[starts], lengths], -1).flatten().tolist()


def case(name, picture, algorithm, whole):
    found = labels(picture, algorithm).flatten()
    digest = hashlib.sha256(found.astype("<u4").tobytes()).hexdigest()
    entry = {"picture": name, "algorithm": algorithm, "count": int(found.max()) + 1, "sha256": digest}
    return entry | ({"runs": runs(found)} if whole else {})


if __name__ == "__main__":
    cases = [case(name, picture, algorithm, whole) for name, picture, algorithms, whole in pictures() for algorithm in algorithms]
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in cases)
    (HERE / "golden.json").write_text(f"[\n{lines}\n]\n")
