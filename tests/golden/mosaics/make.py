"""Makes tables.json and pictures.json: mosaics of the FAccT 2024 study drawn with Python's and NumPy's own generators, and
composed and stored by Pillow 10.0.0, the version that the study pins.

    python -m venv v && v/bin/pip install numpy==2.4.6 pandas==2.3.3 scikit-learn==1.8.0 pillow==10.0.0
    v/bin/python tests/golden/mosaics/make.py

The rules of drawing are written down here a second time; study.json holds three tables that the study's script itself
drew (lelo204/ClassificationMetricsForImageExplanations with its pinned packages).
"""

import hashlib
import io
import json
import math
import pathlib
import random

import numpy as np
import pandas as pd
from PIL import Image
from sklearn.utils import resample

HERE = pathlib.Path(__file__).parent
SAMPLES = HERE.parents[2] / "public/samples"


def draw(rows, per_class, seed):
    """rows: (file, class) in the order of the dataset's table."""
    random.seed(seed)
    classes = list(dict.fromkeys(label for _, label in rows))
    files = lambda label: [file for file, other in rows if other == label]
    table = []
    for target in classes:
        own = files(target)
        own = own * math.ceil(2 * per_class / len(own))
        random.shuffle(own)
        others = [label for label in classes if label != target]
        count = math.ceil(2 * per_class / len(others))
        beside = []
        for label in others:
            beside += [(file, label) for file in resample(files(label), replace=False, n_samples=count, random_state=seed)]
        random.shuffle(beside)
        for j in range(per_class):
            cells = [(own[2 * j], target), (own[2 * j + 1], target), beside[2 * j], beside[2 * j + 1]]
            random.shuffle(cells)
            row = {"filename": f"{len(table)}.jpg"}
            row |= {f"filename_{i}": file for i, (file, _) in enumerate(cells)}
            row |= {f"label_{i}": label for i, (_, label) in enumerate(cells)}
            table.append(row | {"target_class": target})
    return pd.DataFrame(table).to_csv(index=False)


def tables():
    order = np.random.default_rng(1)
    cases = []
    for classes, per_class, seed in [
        ({281: 20, 817: 20}, 10, 42),
        ({238: 31, 239: 45, 281: 28}, 13, 7),
        ({5: 3, 13: 4, 21: 3, 900: 5, 901: 3, 17: 9}, 4, 123456789),
        ({817: 150, 281: 300}, 70, 4294967295),
    ]:
        rows = [(f"{label}-{i}.jpg", label) for label, count in classes.items() for i in range(count)]
        rows = [rows[i] for i in order.permutation(len(rows))]
        table = draw(rows, per_class, seed)
        cases.append({"rows": rows, "per_class": per_class, "seed": seed, "table": table})
    return cases


def digest(data):
    return hashlib.sha256(data).hexdigest()


def tile(name):
    picture = Image.open(SAMPLES / name).convert("RGB").resize((256, 256), Image.BILINEAR)
    return picture.crop((16, 16, 240, 240))


def stored(picture, **settings):
    """The picture as Pillow stores it, and as it is read back."""
    file = io.BytesIO()
    picture.save(file, "JPEG", **settings)
    read = Image.open(file).convert("RGB").tobytes()
    return {"rgb": digest(picture.tobytes()), "file": digest(file.getvalue()), "bytes": len(file.getvalue()), "read": digest(read)}


def pictures():
    names = ["cat.jpg", "cockatoo.jpg", "espresso.jpg", "rocket.jpg", "stairs.jpg", "mountains.jpg", "tripod.jpg"]
    whole = []
    for i in range(len(names)):
        four = [names[(i + j) % len(names)] for j in range(4)]
        mosaic = Image.new("RGB", (448, 448))
        for j, name in enumerate(four):
            mosaic.paste(tile(name), (j % 2 * 224, j // 2 * 224))
        whole.append({"photos": four} | stored(mosaic))
    # Sizes that do not fill whole blocks.
    parts = []
    picture = tile("cockatoo.jpg")
    for width, height in [(16, 16), (17, 16), (16, 17), (24, 40), (33, 57), (1, 1), (8, 8), (9, 7), (50, 31), (223, 99), (31, 18), (18, 34)]:
        parts.append({"width": width, "height": height} | stored(picture.crop((0, 0, width, height))))
    # Every level next to every other, at all sorts of quality.
    y, x = np.mgrid[:61, :97]
    harsh = Image.fromarray(np.stack([x * 7 + y * 13, x * x + 3 * y, (x ^ y) * 5], axis=-1).astype(np.uint8))
    qualities = [{"quality": quality} | stored(harsh, quality=quality) for quality in [1, 10, 49, 50, 75, 90, 95, 99, 100]]
    return {"mosaics": whole, "parts": parts, "qualities": qualities}


def write(name, data):
    (HERE / name).write_text(json.dumps(data, separators=(",", ":")).replace('},{"', '},\n{"') + "\n")


write("tables.json", tables())
write("pictures.json", pictures())
