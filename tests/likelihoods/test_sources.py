import jax.numpy as jnp
import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.likelihoods.assemble import assemble
from hssm.likelihoods.sources import check_result_shape
from hssm.models.config import resolve_model
from hssm.spec import Density
from tests.tolerances import SAME_NUMERICS

DATA = np.column_stack([[0.5, 1.0, 2.0, 1.5], [1.0, 0.0, 1.0, 1.0]])
EXTRA = np.array([0.0, 1.0, 2.0, 3.0])
CONFIG = {"list_params": ["v", "b"], "choices": [0, 1], "bounds": {"v": (0, 9), "b": (0, 9)}}


def expected(v, b, x=0.0):
    return -v * DATA[:, 0] + b * DATA[:, 1] + x


def vectorised(data, v, b, *extra):
    return -v * data[:, 0] + b * data[:, 1] + (extra[0] if extra else 0.0)


def one_trial(row, v, b, *extra):
    return jnp.asarray(-v * row[0] + b * row[1] + (extra[0] if extra else 0.0))


KINDS = {
    "pytensor": (vectorised, "analytical", {}),
    "jax": (vectorised, "analytical", {"backend": "jax"}),
    "one trial": (one_trial, "approx_differentiable", {}),
    "numpy": (vectorised, "blackbox", {}),
}


def likelihood(which: str, **more):
    function, kind, config = KINDS[which]
    resolved = resolve_model("mine", loglik=function, loglik_kind=kind, model_config=CONFIG | config | more)
    return assemble(resolved.spec, resolved.likelihood, floor=False)


@pytest.mark.parametrize("which", KINDS)
def test_users_functions_get_data_parameters_and_extra_fields(which: str) -> None:
    own = likelihood(which, extra_fields=["x"])
    assert own.covariates == ("x",)
    assert own.uses_jax == (which in ("jax", "one trial"))
    assert own.differentiable == (which != "numpy")
    names = ("rt", "response", "x")
    observed = dict(zip(names, pt.vectors(*names), strict=True))
    v, b = pt.scalar("v"), pt.vector("b")
    value = own.log_density(observed, {"v": v, "b": b})
    arrays = [*DATA.T, EXTRA, 0.5, EXTRA + 1.0]
    result = pytensor.function([*observed.values(), v, b], value)(*arrays)
    np.testing.assert_allclose(result, expected(0.5, EXTRA + 1.0, EXTRA), rtol=SAME_NUMERICS.relative)
    if own.differentiable:
        slope = pytensor.function([*observed.values(), v, b], pt.grad(value.sum(), v), on_unused_input="ignore")
        np.testing.assert_allclose(slope(*arrays), -DATA[:, 0].sum(), rtol=SAME_NUMERICS.relative)


@pytest.mark.parametrize("which", KINDS)
def test_draws_and_single_trials_broadcast(which: str) -> None:
    own = likelihood(which)
    rt, response = pt.tensor("rt", shape=(1, None)), pt.tensor("response", shape=(1, None))
    v = pt.tensor("v", shape=(None, 1))
    value = own.log_density({"rt": rt, "response": response}, {"v": v, "b": pt.constant(1.0)})
    draws = np.array([[0.5], [2.0]])
    result = pytensor.function([rt, response, v], value)(DATA[:, :1].T, DATA[:, 1:].T, draws)
    np.testing.assert_allclose(result, expected(draws, 1.0), rtol=SAME_NUMERICS.relative)
    one = own.log_density({"rt": pt.constant(0.5), "response": pt.constant(1.0)}, {"v": v[0], "b": pt.constant([1.0])})
    number = pytensor.function([v], one)(draws)
    np.testing.assert_allclose(number, [0.75], rtol=SAME_NUMERICS.relative)


def test_a_pymc_distribution_is_a_likelihood() -> None:
    class Mine:
        @classmethod
        def dist(cls, v, b):
            return pm.MvNormal.dist(mu=pt.stack([v, b]), cov=np.eye(2))

    resolved = resolve_model("mine", loglik=Mine, loglik_kind="analytical", model_config=CONFIG)
    own = assemble(resolved.spec, resolved.likelihood, floor=False)
    observed = {"rt": pt.constant(DATA[:, 0]), "response": pt.constant(DATA[:, 1])}
    value = own.log_density(observed, {"v": pt.constant(1.0), "b": pt.constant(0.5)})
    squares = ((DATA - [1.0, 0.5]) ** 2).sum(axis=1)
    np.testing.assert_allclose(value.eval(), -0.5 * squares - np.log(2 * np.pi), rtol=SAME_NUMERICS.relative)


def test_own_densities_accept_other_column_names() -> None:
    density = Density(log_density=lambda observed, theta: observed["rt"] * observed["response"] * theta["v"])
    config = CONFIG | {"list_params": ["v"], "bounds": {"v": (0, 9)}, "response": ["time", "key"]}
    resolved = resolve_model("mine", loglik=density, loglik_kind="analytical", model_config=config)
    own = assemble(resolved.spec, resolved.likelihood, floor=False)
    assert own.columns == ("time", "key")
    value = own.log_density({"time": pt.constant(3.0), "key": pt.constant(2.0)}, {"v": pt.constant(5.0)})
    assert value.eval() == 30.0


@pytest.mark.parametrize("which", KINDS)
def test_the_result_must_be_one_number_per_trial(which: str) -> None:
    columns = {"rt": DATA[:, 0], "response": DATA[:, 1]}
    theta = {"v": 1.0, "b": np.ones(len(DATA))}
    check_result_shape(likelihood(which), columns, theta)
    _, kind, config = KINDS[which]
    if which == "one trial":
        wrong = lambda row, v, b: row * v  # noqa: E731
    elif which == "pytensor":
        wrong = lambda data, v, b: data[:2, 0] * v  # noqa: E731
    else:
        wrong = lambda data, v, b: data * v  # noqa: E731
    resolved = resolve_model("mine", loglik=wrong, loglik_kind=kind, model_config=CONFIG | config)
    with pytest.raises(ValueError, match=r"shape"):
        check_result_shape(assemble(resolved.spec, resolved.likelihood), columns, theta)
