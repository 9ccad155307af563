"""Writes the golden files of this folder: what Pillow and torch make of small pictures and maps.

Made with Python 3.11, Pillow 12.1.1, numpy 2.4.6, scikit-image 0.26.0, torch 2.15.0 (CPU). Pillow 13 resizes columns
before rows where the height shrinks much more than the width, which moves such results by at most one level:

    python tests/golden/photo/make.py

cat.png      a part of scikit-image's sample "chelsea" (photo by Stefan van der Walt, CC0)
resize/*.png Image.resize of cat.png and of the formula's picture, named picture-filter-WIDTHxHEIGHT
centre/*.png cat.png, and cat.png turned, as a network is given it: shortest side resized, centre cut out
jpeg/*       small JPEG files of every kind, and as PNG what libjpeg-turbo (in Pillow) decodes them to
maps.json    torch.nn.functional.interpolate of maps given by a formula
"""

import io
import json
import pathlib

import numpy
import skimage.data
import torch
from PIL import Image

HERE = pathlib.Path(__file__).parent
FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def formula(width=97, height=61):
    """A picture with every kind of edge; the test computes it again."""
    y, x = numpy.mgrid[0:height, 0:width]
    return Image.fromarray(numpy.stack([x * 7 + y * 13, x * x + 3 * y, (x ^ y) * 5], -1).astype("uint8"))


def centre(picture, resize, size, kind):
    """torchvision's Resize and CenterCrop: long side rounded down, odd margins as Python rounds."""
    width, height = picture.size
    shortest = min(width, height)
    to = (resize * width // shortest, resize * height // shortest)
    left, top = (int(round((side - size) / 2)) for side in to)
    return picture.resize(to, kind).crop((left, top, left + size, top + size))


def maps():
    for source, target in [((7, 7), (20, 20)), ((5, 9), (12, 31)), ((12, 12), (5, 7)), ((1, 1), (3, 2))]:
        places = torch.arange(source[0] * source[1])
        values = ((places * 37) % 101).float().reshape(1, 1, *source) / 50 - 1
        for mode in ["nearest", "bilinear", "bicubic"]:
            options = {} if mode == "nearest" else {"align_corners": False}
            result = torch.nn.functional.interpolate(values, size=target, mode=mode, **options)
            yield {"mode": mode, "from": source, "to": target, "values": [float(f"{value:.9g}") for value in result.flatten()]}


def jpegs(cat):
    """Name, and file, of each kind: subsamplings, progressive, restarts, colour models, odd and tiny sizes."""
    small, tiny = cat.resize((43, 29)), cat.resize((3, 2))
    kinds = {
        "420": (small, {"subsampling": 2}),
        "422-progressive": (small, {"subsampling": 1, "progressive": True}),
        "444": (small, {"subsampling": 0}),
        "411-restarts": (small, {"subsampling": "4:1:1", "restart_marker_blocks": 1}),
        "420-progressive-restarts": (small, {"subsampling": 2, "progressive": True, "restart_marker_blocks": 2}),
        "420-tiny": (tiny, {"subsampling": 2}),
        "rgb": (small, {"keep_rgb": True, "subsampling": 0}),
        "grey": (small.convert("L"), {}),
        "cmyk": (small.convert("CMYK"), {}),
    }
    for name, (picture, options) in kinds.items():
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=85, **options)
        yield name, file.getvalue()
    # 4:4:0 cannot be asked for: a 4:2:2 file is made to say so, which shuffles its blocks.
    file = io.BytesIO()
    cat.resize((48, 48)).save(file, "JPEG", quality=85, subsampling=1)
    shuffled = bytearray(file.getvalue())
    factors = shuffled.find(b"\xff\xc0") + 11
    assert shuffled[factors] == 0x21
    shuffled[factors] = 0x12
    yield "440", bytes(shuffled)


def main():
    for folder in ["resize", "centre", "jpeg"]:
        (HERE / folder).mkdir(exist_ok=True)
    cat = Image.fromarray(skimage.data.cat()[60:190, 90:270])
    cat.save(HERE / "cat.png", optimize=True)
    sizes = {"cat": [(60, 45), (37, 130), (200, 20)], "formula": [(40, 23), (120, 70), (97, 20), (13, 61), (1, 1)]}
    for name, picture in [("cat", cat), ("formula", formula())]:
        for kind, pillow in FILTERS.items():
            for size in sizes[name]:
                picture.resize(size, pillow).save(HERE / f"resize/{name}-{kind}-{size[0]}x{size[1]}.png", optimize=True)
    for name, picture in [("cat", cat), ("turned", cat.transpose(Image.ROTATE_90))]:
        centre(picture, 72, 60, Image.BILINEAR).save(HERE / f"centre/{name}-72-60.png", optimize=True)
    for name, file in jpegs(cat):
        (HERE / f"jpeg/{name}.jpg").write_bytes(file)
        Image.open(io.BytesIO(file)).convert("RGB").save(HERE / f"jpeg/{name}.png", optimize=True)
    (HERE / "maps.json").write_text(json.dumps(list(maps())) + "\n")


main()
