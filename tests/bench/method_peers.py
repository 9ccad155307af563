"""The usual libraries as contenders at attribution methods. Arguments: name of the network, its folder, threads.

A job is a method under Tessera's id. The number it answers with is the correlation of its map with that which Tessera wrote
to `maps/ID.npy` in the folder: near one where a method draws nothing and both mean the same by it.
"""
import copy
import sys
from pathlib import Path

import captum
import captum.attr as ca
import numpy as np
import pytorch_grad_cam as pgc
import torch
from lime.lime_image import LimeImageExplainer
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import fx, nn
from zennit.composites import EpsilonPlus
from zennit.layer import Sum
from zennit.torchvision import ResNetCanonizer, VGGCanonizer

import networks
import rounds

# As in the timing program: the class, and what every method with samples takes of them.
TARGET, SAMPLES = 285, 40
# Pictures that go through together where a library lets one choose; more gain little on a processor.
BATCH = 10
CAMS = {"gradcam": "GradCAM", "gradcam_plus_plus": "GradCAMPlusPlus", "xgradcam": "XGradCAM", "hirescam": "HiResCAM",
        "elementwise_cam": "GradCAMElementWise", "layercam": "LayerCAM", "eigencam": "EigenCAM",
        "eigengradcam": "EigenGradCAM", "scorecam": "ScoreCAM", "ablationcam": "AblationCAM", "fullgrad": "FullGrad"}


class Add(nn.Module):
    """A sum that zennit's rules take hold of."""

    def __init__(self):
        super().__init__()
        self.sum = Sum()

    def forward(self, a, b):
        return self.sum(torch.stack([a, b], -1))


def unshared(net):
    """The network with no module called twice and none in place, as hooks want it; and the module that gives the features."""
    traced, seen, features = fx.symbolic_trace(net), set(), None
    for node in traced.graph.nodes:
        if node.op != "call_module":
            continue
        module = traced.get_submodule(node.target)
        if node.target in seen:
            name = "own_" + node.name
            traced.add_submodule(name, copy.deepcopy(module))
            node.target = name
        seen.add(node.target)
        if isinstance(module, nn.AdaptiveAvgPool2d):
            features = node.args[0].target
    traced.recompile()
    for module in traced.modules():
        if hasattr(module, "inplace"):
            module.inplace = False
    return traced, traced.get_submodule(features)


class Libraries:
    """Each method as its library's users run it; weights want no gradient where the library lets them not."""

    def __init__(self, name, folder):
        self.x = torch.from_numpy(rounds.picture(folder))
        self.rgb = np.fromfile(folder / "picture.rgb", np.uint8).reshape(*self.x.shape[2:], 3)
        self.net, self.features = unshared(networks.open(name, folder / "model.safetensors"))
        self.ruled = networks.plain(name, folder / "model.safetensors")
        for part in self.ruled.modules():
            if isinstance(part, networks.Residual):
                part.add = Add()
        canoniser = {"r": ResNetCanonizer, "v": VGGCanonizer}.get(name[0])
        self.canonisers = [canoniser()] if canoniser else []

    def gradient(self):
        return ca.Saliency(self.net).attribute(self.x, TARGET, abs=False)

    def input_x_gradient(self):
        return ca.InputXGradient(self.net).attribute(self.x, TARGET)

    def guided_backpropagation(self):
        return ca.GuidedBackprop(self.net).attribute(self.x, TARGET)

    def deconvolution(self):
        return ca.Deconvolution(self.net).attribute(self.x, TARGET)

    def integrated_gradients(self):
        method = ca.IntegratedGradients(self.net)
        return method.attribute(self.x, 0 * self.x, TARGET, n_steps=SAMPLES, internal_batch_size=BATCH)

    def noisy(self, kind):
        tunnel, width = ca.NoiseTunnel(ca.Saliency(self.net)), 0.15 * float(self.x.max() - self.x.min())
        return tunnel.attribute(self.x, kind, SAMPLES, BATCH, width, target=TARGET, abs=False)

    def smoothgrad(self):
        return self.noisy("smoothgrad")

    def smoothgrad_squared(self):
        return self.noisy("smoothgrad_sq")

    def vargrad(self):
        return self.noisy("vargrad")

    def expected_gradients(self):
        return ca.GradientShap(self.net).attribute(self.x, 0 * self.x, SAMPLES, 0.0, TARGET)

    def deeplift(self):
        return ca.DeepLift(self.net).attribute(self.x, 0 * self.x, TARGET)

    def guided_gradcam(self):
        return ca.GuidedGradCam(self.net, self.features).attribute(self.x, TARGET)

    def occlusion(self):
        return ca.Occlusion(self.net).attribute(self.x, (3, 15, 15), (3, 8, 8), 0, TARGET, perturbations_per_eval=BATCH)

    def kernelshap(self):
        side = self.x.shape[2]
        places = np.arange(side) * 4 // side
        cells = torch.from_numpy(places[:, None] * 4 + places[None])[None, None]
        return ca.KernelShap(self.net).attribute(self.x, 0, TARGET, feature_mask=cells, n_samples=SAMPLES,
                                                 perturbations_per_eval=BATCH)

    def lime(self):
        # The steps from levels to what the network takes are those of the picture itself.
        levels = torch.from_numpy(self.rgb).float().permute(2, 0, 1)
        slope = (self.x[0].flatten(1).std(1) / levels.flatten(1).std(1))[:, None, None]
        shift = self.x[0].flatten(1).mean(1)[:, None, None] - slope * levels.flatten(1).mean(1)[:, None, None]

        def predict(images):
            pictures = torch.from_numpy(np.asarray(images, np.float32)).permute(0, 3, 1, 2)
            with torch.no_grad():
                return self.net(pictures * slope + shift).softmax(1).numpy()

        found = LimeImageExplainer(random_state=0).explain_instance(
            self.rgb, predict, (TARGET,), top_labels=None, num_samples=SAMPLES, batch_size=BATCH, num_features=100000)
        weights = dict(found.local_exp[TARGET])
        return np.vectorize(lambda part: weights.get(part, 0.0))(found.segments).astype(np.float32)

    def rise(self):
        """There is no library: the authors' loop."""
        cells, side, draws = 7, self.x.shape[2], np.random.default_rng(0)
        cell, total = -(-side // cells), torch.zeros(1, 1, side, side)
        with torch.no_grad():
            for start in range(0, SAMPLES, BATCH):
                count = min(BATCH, SAMPLES - start)
                grid = torch.from_numpy((draws.random((count, 1, cells, cells)) < 0.5).astype(np.float32))
                large = nn.functional.interpolate(grid, size=((cells + 1) * cell,) * 2, mode="bilinear")
                at = draws.integers(0, cell, (count, 2))
                masks = torch.stack([large[k, :, y : y + side, x : x + side] for k, (y, x) in enumerate(at)])
                scores = self.net(self.x * masks).softmax(1)[:, TARGET]
                total += (scores[:, None, None, None] * masks).sum(0)
        return total

    def lrp(self):
        with EpsilonPlus(canonizers=self.canonisers).context(self.ruled) as net:
            x = self.x.clone().requires_grad_()
            logits = net(x)
            start = torch.zeros_like(logits)
            start[0, TARGET] = logits[0, TARGET].detach()
            return torch.autograd.grad(logits, x, start)[0]

    def cam(self, kind):
        # The library keeps gradients of values, which torch has only where something before them wants one.
        self.net.requires_grad_(True)
        with getattr(pgc, kind)(self.net, [] if kind == "FullGrad" else [self.features]) as cam:
            found = cam(self.x, [ClassifierOutputTarget(TARGET)])
        self.net.requires_grad_(False).zero_grad()
        return found

    def jobs(self):
        own = ("gradient", "input_x_gradient", "guided_backpropagation", "deconvolution", "integrated_gradients", "smoothgrad",
               "smoothgrad_squared", "vargrad", "expected_gradients", "deeplift", "guided_gradcam", "occlusion", "kernelshap",
               "lime", "rise", "lrp")
        jobs = {id: getattr(self, id) for id in own}
        return jobs | {id: lambda kind=kind: self.cam(kind) for id, kind in CAMS.items()}


def flat(map):
    """One number a place."""
    map = map.detach().numpy() if isinstance(map, torch.Tensor) else map
    return map.reshape(-1, *map.shape[-2:]).sum(0)


def agreement(id, map, folder):
    path = folder / "maps" / f"{id}.npy"
    own, other = flat(np.load(path)), flat(map)
    if own.shape != other.shape:
        # grad-cam shows what is above zero, at the picture's size.
        shown = torch.from_numpy(np.maximum(own, 0))[None, None]
        own = nn.functional.interpolate(shown, size=other.shape, mode="bilinear").numpy()
    return np.corrcoef(own.ravel(), other.ravel())[0, 1]


def main():
    name, folder = sys.argv[1], Path(sys.argv[2])
    torch.set_num_threads(int(sys.argv[3]))
    jobs = Libraries(name, folder).jobs()
    checked = {id: lambda id=id, job=job: agreement(id, job(), folder) for id, job in jobs.items()}
    rounds.answer(f"captum {captum.__version__} and others", checked)


main()
