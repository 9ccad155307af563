"""Makes expected.json: what krippendorff 0.9.0, scipy 1.17.1 and numpy 2.4 say of random values with ties and gaps.

    python -m venv v && v/bin/pip install krippendorff==0.9.0 scipy==1.17.1 numpy==2.4.6
    v/bin/python tests/golden/statistics/make.py

The bootstrap is scipy's own, fed with the resamples of Tessera's counter-based generator (written again below), so that
percentile and BCa intervals can be compared to rounding.
"""

import json
import pathlib

import krippendorff
import numpy as np
from scipy import special, stats
from scipy.stats import _resampling

random = np.random.default_rng(12)


def gaps(values, share):
    """Floats as a list with None where a value is taken out."""
    out = random.random(values.shape) < share
    return [[None if o else float(v) for v, o in zip(row, gone)] for row, gone in zip(values, out)]


def array(rows):
    return np.array([[np.nan if v is None else v for v in row] for row in rows])


def alphas():
    levels = ["nominal", "ordinal", "interval", "ratio"]
    kinds = [
        lambda shape: random.integers(0, 5, shape).astype(float),
        lambda shape: random.integers(0, 9, shape) / 8,
        lambda shape: random.exponential(3.0, shape),
        lambda shape: 1e6 + random.integers(0, 4, shape).astype(float),
        lambda shape: np.stack([stats.rankdata(random.integers(0, 4, shape[1])) for _ in range(shape[0])]),
    ]
    cases = []
    for i, shape in enumerate([(2, 6), (3, 8), (9, 4), (40, 8), (5, 30), (100, 4)]):
        for j, kind in enumerate(kinds):
            rows = gaps(kind(shape), [0, 0.1, 0.3, 0.5][(i + j) % 4])
            values = array(rows)
            found = {level: krippendorff.alpha(values, level_of_measurement=level) for level in levels}
            cases.append({"coders": rows, **found})
    # One pair of values below zero and above: the three levels that take them.
    rows = gaps(random.normal(size=(6, 7)), 0.2)
    cases.append({"coders": rows, **{level: krippendorff.alpha(array(rows), level_of_measurement=level) for level in levels[:3]}})
    return cases


def pairs():
    cases = []
    for n, ties, share in [(3, 0, 0), (5, 3, 0), (12, 4, 0.2), (50, 7, 0.1), (200, 0, 0.3), (200, 5, 0), (1000, 40, 0.05)]:
        a = random.normal(size=n)
        b = 0.6 * a + random.normal(size=n)
        if ties:
            a, b = np.round(a * ties / 2), np.round(b * ties / 2)
        a, b = gaps(np.array([a, b]), share)
        both = [(x, y) for x, y in zip(a, b) if x is not None and y is not None]
        x, y = map(np.array, zip(*both))
        cases.append({
            "a": a, "b": b,
            "pearson": stats.pearsonr(x, y).statistic,
            "rho": stats.spearmanr(x, y).statistic,
            "tau": stats.kendalltau(x, y, variant="b").statistic,
            "ranks": stats.rankdata(x).tolist(),
        })
    return cases


def densities():
    cases = []
    for values in [[0.0, 1.0, 2.0, 4.0, 7.0], random.random(40).tolist(), np.round(random.random(9), 1).tolist(), [0.25, 0.5]]:
        grid = np.linspace(min(values), max(values), 100)
        curve = lambda rule: stats.gaussian_kde(values, rule)(grid).tolist()
        cases.append({"values": values, "grid": grid.tolist(), "scott": curve("scott"), "silverman": curve("silverman")})
    return cases


def summaries():
    cases = []
    for n in [2, 3, 4, 11, 100]:
        values = random.normal(size=n)
        cases.append({
            "values": values.tolist(),
            "mean": values.mean(),
            "deviation": values.std(ddof=1),
            "quartiles": np.percentile(values, [0, 25, 50, 75, 100]).tolist(),
        })
    return cases


MASK = 2**64 - 1


def mix(z):
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)


def draws(seed, name, resamples, units):
    """Unit i of resample r is number r * units + i of the stream."""
    golden, code = 0x9E3779B97F4A7C15, 0xCBF29CE484222325
    for byte in name.encode():
        code = (code ^ byte) * 0x100000001B3 & MASK
    start = mix((seed + golden) & MASK) ^ code
    below = lambda i: int((mix((start + (i + 1) * golden) & MASK) >> 11) * 2.0**-53 * units)
    return np.array([[below(r * units + i) for i in range(units)] for r in range(resamples)])


def bootstraps():
    statistics = {
        "mean": lambda values, axis=-1: np.mean(values, axis=axis),
        "median": lambda values, axis=-1: np.median(values, axis=axis),
        "deviation": lambda values, axis=-1: np.std(values, ddof=1, axis=axis),
    }
    cases = []
    for n, seed, confidence, resamples in [(12, 1, 0.95, 999), (25, 2, 0.9, 2000), (60, 3, 0.99, 500)]:
        values = random.exponential(size=n)
        for name, statistic in statistics.items():
            rows = draws(seed, "bootstrap", resamples, n)
            _resampling._bootstrap_resample = lambda sample, **_: sample[..., rows]
            case = {"values": values.tolist(), "seed": seed, "confidence": confidence, "resamples": resamples, "statistic": name}
            for method in ["percentile", "BCa"]:
                found = stats.bootstrap(
                    (values,), statistic, n_resamples=resamples, batch=resamples, vectorized=True,
                    confidence_level=confidence, method=method,
                )
                case[method] = list(found.confidence_interval)
            cases.append(case)
    return cases


def alpha_or_none(rows, level):
    try:
        return krippendorff.alpha(rows, level_of_measurement=level)
    except (ValueError, AssertionError):
        return None


def alpha_intervals():
    """Percentile intervals of alpha; resamples without two different values have none."""
    cases = []
    for shape, level, seed, resamples in [((4, 12), "ordinal", 1, 400), ((30, 6), "ordinal", 2, 300), ((3, 5), "nominal", 3, 500), ((3, 20), "interval", 4, 300), ((5, 9), "ratio", 5, 300)]:
        rows = gaps(np.maximum(0, random.integers(0, 5, shape[1]) + random.integers(-1, 2, shape)).astype(float), 0.15)
        values = array(rows)
        case = {"coders": rows, "level": level, "seed": seed, "resamples": resamples, "over": {}}
        for over, axis in [("units", 1), ("coders", 0)]:
            drawn = draws(seed, "alpha", resamples, shape[axis])
            found = [alpha_or_none(values.take(row, axis), level) for row in drawn]
            there = [alpha for alpha in found if alpha is not None and np.isfinite(alpha)]
            case["over"][over] = {"interval": np.percentile(there, [2.5, 97.5]).tolist(), "used": len(there)}
        cases.append(case)
    return cases


def friedmans():
    cases = []
    for shape, ties in [((3, 5), 0), ((4, 12), 3), ((8, 96), 0), ((10, 40), 4), ((5, 7), 2)]:
        values = random.normal(size=shape) + np.linspace(0, 0.8, shape[0])[:, None]
        values = np.round(values * ties) / ties if ties else values
        found = stats.friedmanchisquare(*values)
        # Ranks of all rows together, 1 for the greatest.
        ranks = stats.rankdata(-values, axis=0).mean(axis=1)
        deviation = np.sqrt(shape[0] * (shape[0] + 1) / (6 * shape[1]))
        apart = np.abs(ranks[:, None] - ranks) / deviation * np.sqrt(2)
        cases.append({
            "rows": values.tolist(), "statistic": found.statistic, "p": found.pvalue, "ranks": ranks.tolist(),
            "nemenyi": stats.studentized_range.sf(apart, shape[0], np.inf).tolist(),
            "difference": stats.studentized_range.isf(0.05, shape[0], np.inf) / np.sqrt(2) * deviation,
        })
    return cases


def normals():
    shares = [1e-300, 1e-20, 1e-5, 0.0025, 0.025, 0.3, 0.4999, 0.5, 0.51, 0.8413, 0.975, 0.999999]
    return {"shares": shares, "quantiles": special.ndtri(shares).tolist(), "back": special.ndtr(special.ndtri(shares)).tolist()}


expected = {
    "alpha": alphas(), "pairs": pairs(), "density": densities(), "summary": summaries(), "bootstrap": bootstraps(),
    "normal": normals(), "alpha_interval": alpha_intervals(), "friedman": friedmans(),
}
text = json.dumps(expected, allow_nan=False, separators=(",", ":")).replace('},{', '},\n{')
(pathlib.Path(__file__).parent / "expected.json").write_text(text + "\n")
