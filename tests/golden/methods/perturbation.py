"""Occlusion by captum; RISE by its authors' definition with scikit-image's resizing."""
import numpy as np
import torch
from captum.attr import Occlusion
from skimage.transform import resize

from draws import Stream

MASKS, CELLS, SHARE = 32, 4, 0.5
# As in the paper, with draws of numpy's own.
MANY, FINER = 8000, 7


def occlusion(case):
    channels = case.x.shape[1]
    map = Occlusion(case.model()).attribute(case.x, (channels, 15, 15), (channels, 8, 8), 0, case.target)
    assert torch.equal(map[:, :1].expand_as(map), map)
    return map[0, 0]


def masks(size):
    """Cells on or off, made larger bilinearly, cut out at a random place."""
    h, w = size
    cell = -(-h // CELLS), -(-w // CELLS)
    up = (CELLS + 1) * cell[0], (CELLS + 1) * cell[1]
    on = Stream("cells").uniform(np.arange(MASKS * CELLS * CELLS)) < SHARE
    on = on.astype(np.float64).reshape(MASKS, CELLS, CELLS)
    shift = Stream("shift")
    out = []
    for k in range(MASKS):
        dy, dx = shift.below(2 * k, cell[0]), shift.below(2 * k + 1, cell[1])
        large = resize(on[k], up, order=1, mode="reflect", anti_aliasing=False)
        out.append(large[dy : dy + h, dx : dx + w])
    return np.stack(out)


def rise(case):
    m = torch.from_numpy(masks(tuple(case.x.shape[2:]))).to(case.dtype)
    model, scores = case.model(), []
    with torch.no_grad():
        for mask in m.split(8):
            scores.append(model(case.x * mask[:, None]).softmax(1)[:, case.target])
    scores = torch.cat(scores)
    return torch.einsum("k,khw->hw", scores, m) / (MASKS * SHARE), scores, m


def many(case):
    """The mean over many masks, and its standard error as a share of its length."""
    draws, (h, w) = np.random.default_rng(8000), case.x.shape[2:]
    cell = -(-h // FINER), -(-w // FINER)
    up = (FINER + 1) * cell[0], (FINER + 1) * cell[1]
    model, total, squares = case.model(), 0.0, 0.0
    for _ in range(MANY // 100):
        m = []
        for _ in range(100):
            on = (draws.random((FINER, FINER)) < SHARE).astype(np.float64)
            dy, dx = draws.integers(cell[0]), draws.integers(cell[1])
            m.append(resize(on, up, order=1, mode="reflect", anti_aliasing=False)[dy : dy + h, dx : dx + w])
        m = torch.from_numpy(np.stack(m)).to(case.dtype)
        with torch.no_grad():
            maps = model(case.x * m[:, None]).softmax(1)[:, case.target, None, None] * m / SHARE
        total, squares = total + maps.sum(0).double(), squares + (maps.double() ** 2).sum(0)
    mean = total / MANY
    variance = (squares / MANY - mean**2) / (MANY - 1)
    return mean, (variance.sum().sqrt() / mean.norm()).item()


def maps(case):
    yield "occlusion", occlusion(case), {"window": [15, 15], "stride": [8, 8]}
    map, scores, m = rise(case)
    yield "rise", map, {"masks": MASKS, "cells": CELLS, "share": SHARE}
    yield "rise.scores", scores, {}
    yield "rise.masks", m[:2], {}
    map, error = many(case)
    yield "rise.many", map, {"masks": MANY, "cells": FINER, "share": SHARE, "error": float(f"{error:.4e}")}
