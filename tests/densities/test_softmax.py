"""``softmax_inv_temperature_{n}``: reference values, other numbers of alternatives."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.densities.softmax import softmax_log_density
from tests.densities.compare import assert_close, columns
from tests.densities.race_case import table
from tests.tolerances import SAME_NUMERICS


def compiled(n: int):  # type: ignore[no-untyped-def]
    names = ("beta", *(f"logit{i}" for i in range(1, n)))
    inputs = {name: pt.vector(name, dtype="float64") for name in ("response", *names)}
    value = softmax_log_density(inputs, inputs)
    slopes = pytensor.grad(value.sum(), [inputs[name] for name in names])
    return names, pytensor.function(list(inputs.values()), [value, *slopes])


@pytest.mark.parametrize("n", [2, 3, 4])
def test_probability_and_gradient_against_reference(n: int) -> None:
    names, function = compiled(n)
    frame = table("softmax", n)
    value, *slopes = function(*columns(frame, ("response", *names)))
    assert_close(value, frame["log_density"], SAME_NUMERICS)
    for name, slope in zip(names, slopes, strict=True):
        assert_close(slope, frame[f"d_{name}"], SAME_NUMERICS)


def test_seven_alternatives_add_to_one_and_negative_temperature_is_log_zero() -> None:
    names, function = compiled(7)
    logits = np.linspace(-3, 4, 6)[:, None] * np.ones(7)
    value, *_ = function(np.arange(7.0), np.full(7, 1.3), *logits)
    assert_close(np.exp(value).sum(), 1.0, SAME_NUMERICS)
    value, *slopes = function(np.arange(7.0), np.full(7, -0.1), *logits)
    assert (value == -np.inf).all() and np.all(np.array(slopes) == 0.0), names
