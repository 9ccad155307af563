"""The information bottleneck of Schulz, Sixt, Tombari, Landgraf 2020 (arXiv 2001.00396), each picture by itself."""
import math

import numpy as np
import torch
from skimage.transform import resize
from torch.nn import functional as F

from cams import features
from draws import Stream
from gradients import formula_images

IMAGES, COPIES, STEPS, BETA, START, LEAST = 32, 10, 10, 10.0, 5.0, 0.01
GUARD = 1e-6  # the share of noise is never less, so that its logarithm stays finite in f32


def statistics(case, module):
    _, r = features(case, module, formula_images(IMAGES, case))
    r = r.detach()
    active = ((r != 0).to(r).mean(0) > LEAST).to(r)
    return r.mean(0), r.std(0).clamp(min=LEAST), active


def blurred(t):
    """Each channel by a Gaussian of deviation 1 on 5 x 5 places, the border mirrored."""
    line = torch.exp(-torch.arange(-2, 3, dtype=t.dtype) ** 2 / 2)
    line = line / line.sum()
    kernel = (line[:, None] * line).expand(t.shape[1], 1, 5, 5)
    return F.conv2d(F.pad(t, (2, 2, 2, 2), mode="reflect"), kernel, groups=t.shape[1])


def bottleneck(case, module):
    """Information in nats, [C, h, w], in the last forward pass; loss of each step."""
    mean, deviation, active = statistics(case, module)
    r = features(case, module)[1].detach()
    alpha = torch.full_like(r, START, requires_grad=True)
    adam, stream, losses = torch.optim.Adam([alpha], lr=1.0), Stream("noise"), []
    for step in range(STEPS):
        count = COPIES * r.numel()
        noise = torch.from_numpy(stream.normal(step * count + np.arange(count))).to(r).reshape(COPIES, *r.shape[1:])
        kept = blurred(alpha.sigmoid()).clamp(max=1 - GUARD)
        z = active * (kept * r + (1 - kept) * (mean + deviation * noise))
        mu, variance = kept * (r - mean) / deviation, (1 - kept) ** 2
        information = active * 0.5 * (mu**2 + variance - 1 - variance.log())
        logits = after(case, module, z)
        loss = -logits.log_softmax(1)[:, case.target].mean() + BETA * information.mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    return information.detach()[0], losses


def after(case, module, z):
    """Logits of a batch of values put in for the module's output."""
    model = case.model()
    model.get_submodule(module).register_forward_hook(lambda *_: z)
    return model(case.x.expand(len(z), -1, -1, -1))


def maps(case):
    node, module = list(case.net.nodes.items())[1]
    information, losses = bottleneck(case, module)
    low = information.sum(0) / math.log(2)
    size = tuple(case.x.shape[2:])
    high = resize(low.numpy(), size, order=1, mode="reflect", anti_aliasing=False, preserve_range=True)
    high = high * low.numel() / math.prod(size)
    about = {"node": node, "images": IMAGES, "copies": COPIES, "steps": STEPS}
    yield "iba.bits", low, about
    yield "iba", high, about
    yield "iba.losses", torch.tensor(losses, dtype=torch.float64), about
