"""Makes expected.json: what scikit-learn 1.8.0 says of relevance on cells, each place a sample with its magnitude as weight.

    python -m venv v && v/bin/pip install numpy==2.4.6 scikit-learn==1.8.0
    v/bin/python tests/golden/relevance/make.py

scikit-learn gives 0 or a guess where a rate has no denominator; what is defined is decided here from the four masses.
study.json is the study's own script (lelo204/ClassificationMetricsForImageExplanations, with its pinned packages) on nine
small maps; null is what it gives as NaN.
"""

import itertools
import json
import pathlib
import warnings

import numpy as np
from sklearn import metrics

warnings.filterwarnings("ignore")
random = np.random.default_rng(24)


def case(values, rows, columns, target):
    """values: [height, width] float32, split as evenly as whole pixels allow, the later cells greater."""
    height, width = values.shape
    row = lambda r: r * height // rows
    column = lambda c: c * width // columns
    truth = np.zeros(values.shape, bool)
    for i, shows in enumerate(target):
        r, c = divmod(i, columns)
        truth[row(r):row(r + 1), column(c):column(c + 1)] = shows
    flat, truth = values.astype(np.float64).ravel(), truth.ravel()
    said, weight = flat > 0, np.abs(flat)
    tp, fn = weight[truth & said].sum(), weight[truth & ~said].sum()
    fp, tn = weight[~truth & said].sum(), weight[~truth & ~said].sum()
    with_weights = dict(y_true=truth, y_pred=said, sample_weight=weight)
    where = lambda denominator, rate: float(rate()) if denominator > 0 else None
    rates = {
        "precision": where(tp + fp, lambda: metrics.precision_score(**with_weights)),
        "sensitivity": where(tp + fn, lambda: metrics.recall_score(**with_weights)),
        "false-negative-rate": where(tp + fn, lambda: 1 - metrics.recall_score(**with_weights)),
        "false-positive-rate": where(tn + fp, lambda: 1 - metrics.recall_score(pos_label=False, **with_weights)),
        "specificity": where(tn + fp, lambda: metrics.recall_score(pos_label=False, **with_weights)),
        "accuracy": where(tp + fn + fp + tn, lambda: metrics.accuracy_score(**with_weights)),
        "f1-score": where(2 * tp + fp + fn, lambda: metrics.f1_score(**with_weights)),
        "negative-predictive-value": where(tn + fn, lambda: metrics.precision_score(pos_label=False, **with_weights)),
        "false-discovery-rate": where(tp + fp, lambda: 1 - metrics.precision_score(**with_weights)),
        "balanced-accuracy": where((tp + fn) * (tn + fp), lambda: metrics.balanced_accuracy_score(**with_weights)),
        "matthews-correlation": where(
            (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn), lambda: metrics.matthews_corrcoef(**with_weights)
        ),
        "jaccard": where(tp + fn + fp, lambda: metrics.jaccard_score(**with_weights)),
    }
    area = float(metrics.average_precision_score(truth, flat)) if truth.any() else None
    return {
        "map": values.tolist(), "rows": rows, "columns": columns, "target": list(target),
        "masses": [tp, fn, fp, tn], "rates": rates, "area": area,
    }



cases = []
for height, width, rows, columns in [(4, 4, 2, 2), (5, 7, 2, 2), (9, 6, 3, 3), (8, 13, 2, 5), (1, 2, 1, 2)]:
    for levels in [None, 3]:
        values = random.normal(size=(height, width)).astype(np.float32)
        if levels:
            values = np.round(values * levels / 2).astype(np.float32)
        target = random.permutation([i % 2 == 0 for i in range(rows * columns)]).tolist()
        cases.append(case(values, rows, columns, target))
# Every way in which some of the four masses are absent, tiny or huge.
for present in itertools.product([0, 1], repeat=4):
    for scale in [1.0, 1e-30, 1e30]:
        tp, fn, fp, tn = (np.array(present) * np.array([0.3, 0.5, 0.7, 1.1]) * scale).astype(np.float32)
        cases.append(case(np.array([[tp, -fn, fp, -tn]], np.float32), 1, 2, [True, False]))
# One sort of cell alone.
values = random.normal(size=(2, 4)).astype(np.float32)
cases += [case(values, 1, 2, [True, True]), case(values, 1, 2, [False, False])]

text = json.dumps(cases, allow_nan=False, separators=(",", ":")).replace('},{"', '},\n{"')
(pathlib.Path(__file__).parent / "expected.json").write_text(text + "\n")
