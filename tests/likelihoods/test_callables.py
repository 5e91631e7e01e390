import jax
import jax.numpy as jnp
import numpy as np
import pytensor.tensor as pt
import pytest

from hssm.likelihoods.assemble import assemble
from hssm.models.config import resolve_model
from tests.tolerances import SAME_NUMERICS

CONFIG = {"list_params": ["v", "b"], "choices": [0, 1], "bounds": {"v": (0, 4), "b": (0, 2)}}
DATA = np.column_stack([[0.5, 1.0, 2.0], [1.0, 0.0, 1.0]])


def one_trial(row, v, b):  # type: ignore[no-untyped-def]
    return -v * row[0] + b * row[1]


def all_trials(data, v, b):  # type: ignore[no-untyped-def]
    return -v * data[:, 0] + b * data[:, 1]


@jax.custom_vjp
def given_gradient(row, v, b):  # type: ignore[no-untyped-def]
    return one_trial(row, v, b)


given_gradient.defvjp(
    lambda row, v, b: (one_trial(row, v, b), row),
    lambda row, g: (jnp.zeros_like(row), -100.0 * row[0] * g, row[1] * g),
)


def assembled(function):  # type: ignore[no-untyped-def]
    resolved = resolve_model("mine", loglik=function, loglik_kind="approx_differentiable", model_config=CONFIG)
    return assemble(resolved.spec, resolved.likelihood, floor=False)


@pytest.mark.parametrize(
    ("function", "factor"), [(one_trial, 1.0), (all_trials, 1.0), (given_gradient, 100.0)], ids=["one", "all", "given"]
)
def test_jax_functions_of_either_form_and_their_gradients(function, factor: float) -> None:
    v, b = pt.scalar("v"), pt.vector("b")
    observed = {"rt": pt.constant(DATA[:, 0]), "response": pt.constant(DATA[:, 1])}
    value = assembled(function).log_density(observed, {"v": v, "b": b})
    at = {v: 2.0, b: np.array([0.1, 0.2, 0.3])}
    np.testing.assert_allclose(value.eval(at), all_trials(DATA, *at.values()), rtol=SAME_NUMERICS.relative)
    slopes = [each.eval(at, on_unused_input="ignore") for each in pt.grad(value.sum(), [v, b])]
    np.testing.assert_allclose(slopes[0], -factor * DATA[:, 0].sum(), rtol=SAME_NUMERICS.relative)
    np.testing.assert_allclose(slopes[1], DATA[:, 1], rtol=SAME_NUMERICS.relative)


def test_what_cannot_be_called_says_how_it_was_called() -> None:
    with pytest.raises(TypeError, match=r"'mine' cannot be called for one trial as f\(row, v, b\).*\(rt, response\)"):
        assembled(lambda row, v: row[0] * v)
    with pytest.raises(ValueError, match=r"row of shape \(2,\).*returned an array of shape \(2,\); expected a number"):
        assembled(lambda row, v, b: row * v)
    with pytest.raises(ValueError, match=r"cannot be called for one trial as f\(row, v, b\)"):
        assembled(lambda row, v, b: row[0] if v > 0 else row[1])


def test_nan_inside_the_bounds_is_refused() -> None:
    with pytest.raises(ValueError, match=r"returns nan for v = 2, b = 1, rt = 0.3, response = 0"):
        assembled(lambda row, v, b: jnp.log(-v * row[0]))
