"""LIME by lime's own fit and by captum's; KernelSHAP by captum's scheme; exact Shapley values by enumeration."""
import math

import numpy as np
import sklearn.metrics
import torch
from captum._utils.models.linear_model import SkLearnLasso
from captum.attr import KernelShap, Lime
from lime.lime_base import LimeBase
from sklearn.linear_model import LinearRegression

from draws import Stream

ROWS = 200
LIME_CELL, SHAP_CELL = 8, 16
EXACT = 1e6  # weight of the two rows that hold exactly


def grid(case, cell):
    """Labels of cells, numbered along the rows."""
    h, w = case.x.shape[2:]
    assert h % cell == 0 and w % cell == 0
    rows, columns = np.arange(h) // cell, np.arange(w) // cell
    return torch.from_numpy(rows[:, None] * (w // cell) + columns[None])


def values(case, labels, rows, absent, probability):
    """The target's score for each row of zeros and ones."""
    out, model = [], case.model()
    with torch.no_grad():
        for part in torch.from_numpy(rows).split(64):
            keep = part[:, labels][:, None].to(case.dtype)
            y = model(keep * case.x + (1 - keep) * absent)
            out.append((y.softmax(1) if probability else y)[:, case.target])
    return torch.cat(out)


def means(case, labels):
    """Each cell's mean colour."""
    out = torch.empty_like(case.x)
    for label in labels.unique():
        inside = labels == label
        out[:, :, inside] = case.x[:, :, inside].mean(-1, keepdim=True)
    return out


def lime_maps(case):
    labels = grid(case, LIME_CELL)
    d = int(labels.max()) + 1
    z = (Stream("coalitions").uniform(np.arange(ROWS * d)) < 0.5).astype(np.float64).reshape(ROWS, d)
    z[0] = 1
    y = values(case, labels, z.astype(np.int64), means(case, labels), True)
    distance = sklearn.metrics.pairwise_distances(z, z[:1], metric="cosine").ravel()
    kernel = lambda d: np.sqrt(np.exp(-(d**2) / 0.25**2))
    scores = torch.stack([y, 1 - y], 1).numpy()
    intercept, pairs, _, _ = LimeBase(kernel, random_state=0).explain_instance_with_data(z, scores, distance, 0, 100000)
    coefficients = np.zeros(d)
    for place, value in pairs:
        coefficients[place] = value
    about = {"cell": LIME_CELL, "rows": ROWS, "intercept": float(intercept)}
    yield "lime.values", y, {}
    yield "lime.weights", kernel(distance), {}
    yield "lime.coefficients", coefficients, about
    yield "lime.lasso", lasso(case, labels, z), {"cell": LIME_CELL, "rows": ROWS, "alpha": 0.01}


def lasso(case, labels, z):
    """captum's Lime on the same rows: logits, baseline 0, cosine distance of pictures, width 1, Lasso."""
    rows = iter(torch.from_numpy(z).to(case.dtype))
    model = case.model()
    lime = Lime(model, interpretable_model=SkLearnLasso(alpha=0.01), perturb_func=lambda *a, **k: next(rows)[None])
    out = lime.attribute(case.x, 0, case.target, feature_mask=labels[None, None].expand_as(case.x), n_samples=ROWS,
                         return_input_shape=False)
    return out[0]


def coalitions(m):
    """captum's scheme: all, none, then sizes by the Shapley kernel and players by the smallest draws."""
    share = np.array([(m - 1) / (k * (m - k)) for k in range(1, m)])
    steps = np.cumsum(share / share.sum())
    z = np.zeros((ROWS, m), np.int64)
    z[0] = 1
    for i in range(2, ROWS):
        size = 1 + min(int(np.searchsorted(steps, Stream("sizes").uniform(i), side="right")), m - 2)
        order = np.argsort(Stream("players").uniform(i * m + np.arange(m)), kind="stable")
        z[i, order[:size]] = 1
    return z


def shapley(v, m):
    """From the values of all coalitions; bit j of the index is player j."""
    index = np.arange(2**m)
    sizes = np.array([int(i).bit_count() for i in index])
    weight = np.array([math.factorial(s) * math.factorial(m - s - 1) / math.factorial(m) for s in range(m)])
    out = []
    for j in range(m):
        without = index[(index >> j) & 1 == 0]
        out.append((weight[sizes[without]] * (v[without | (1 << j)] - v[without])).sum())
    return np.array(out)


def shapley_maps(case):
    labels = grid(case, SHAP_CELL)
    m = int(labels.max()) + 1
    z, absent = coalitions(m), torch.zeros_like(case.x)
    y = values(case, labels, z, absent, False)
    weights = np.ones(ROWS)
    weights[:2] = EXACT
    fit = LinearRegression().fit(z, y.numpy(), weights)
    theirs = captum_shap(case, labels, z)
    close(fit.coef_, theirs, 1e-6 if case.dtype == torch.float64 else 1e-2)
    yield "kernelshap.values", y, {}
    yield "kernelshap.coefficients", fit.coef_, {"cell": SHAP_CELL, "rows": ROWS}
    every = (np.arange(2**m)[:, None] >> np.arange(m)) & 1
    v = values(case, labels, every.astype(np.int64), absent, False).numpy().astype(np.float64)
    exact = shapley(v, m)
    assert abs(exact.sum() - (v[-1] - v[0])) < 1e-9 * abs(v[-1]) + (0 if case.dtype == torch.float64 else 1e-5)
    if case.dtype == torch.float64:
        check_against_shap(v, m, exact)
    yield "shapley.exact", exact, {"cell": SHAP_CELL, "all": float(v[-1]), "none": float(v[0])}


def captum_shap(case, labels, z):
    """captum's KernelShap on the same rows; it makes the first two itself."""
    rows = iter(torch.from_numpy(z[2:]).to(torch.long))
    shap = KernelShap(case.model())
    first = [torch.ones(1, z.shape[1]).long(), torch.zeros(1, z.shape[1]).long()]

    def perturbed(*_, **__):
        yield from first
        for row in rows:
            yield row[None]
    shap.perturb_func = perturbed
    out = shap.attribute(case.x, 0, case.target, feature_mask=labels[None, None].expand_as(case.x), n_samples=ROWS,
                         return_input_shape=False)
    return out[0].detach().numpy()


def check_against_shap(v, m, exact):
    """shap's KernelExplainer, asked for all coalitions, without its default choice of ten features."""
    import shap

    def f(rows):
        return v[(rows.astype(np.int64) << np.arange(m)).sum(1)]
    explainer = shap.KernelExplainer(f, np.zeros((1, m)))
    theirs = explainer.shap_values(np.ones(m), nsamples=2**m, l1_reg=False, silent=True)
    close(exact, theirs, 1e-6)


def close(a, b, by):
    off = np.linalg.norm(a - b) / np.linalg.norm(b)
    assert off < by, off


def maps(case):
    yield from lime_maps(case)
    yield from shapley_maps(case)
