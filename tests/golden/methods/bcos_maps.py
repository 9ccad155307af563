"""Contributions of B-cos networks and their pictures, by the bcos package."""
import torch
from bcos.common import explanation_mode, gradient_to_image


def explained(case):
    """The weights by which the network sums its input to the target's logit."""
    model, x = case.model(), case.x.clone().requires_grad_()
    with explanation_mode(model):
        logits = model(x)
        return torch.autograd.grad(logits[0, case.target], x)[0]


def maps(case):
    gradient = explained(case)
    yield "bcos.weights", gradient, {}
    contribution = (case.x * gradient).sum(1)[0]
    if case.net.tokens is None:
        bias = case.net.about["logit_bias"]
        assert abs(contribution.sum() - (case.logits[0, case.target] - bias)) < 1e-4
    yield "bcos.contribution", contribution, {}
    for smooth in (0, 15):
        picture = gradient_to_image(case.x[0], gradient[0], smooth=smooth)
        yield f"bcos.picture.smooth{smooth}", picture, {"axes": "rows, columns, RGBA"}
