"""Occlusion by captum; RISE by its authors' definition with scikit-image's resizing."""
import numpy as np
import torch
from captum.attr import Occlusion
from skimage.transform import resize

from draws import Stream

MASKS, CELLS, SHARE = 32, 4, 0.5


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


def maps(case):
    yield "occlusion", occlusion(case), {"window": [15, 15], "stride": [8, 8]}
    map, scores, m = rise(case)
    yield "rise", map, {"masks": MASKS, "cells": CELLS, "share": SHARE}
    yield "rise.scores", scores, {}
    yield "rise.masks", m[:2], {}
