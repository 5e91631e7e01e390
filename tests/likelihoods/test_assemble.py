import numpy as np
import pytensor.tensor as pt
import pytest

from hssm.likelihoods.assemble import assemble, closed_ends
from hssm.likelihoods.lapse import resolve_lapse
from hssm.spec import Density, LikelihoodSpec, ModelSpec, ParameterSpec

SOURCE = Density(log_density=lambda observed, theta: -theta["a"] * observed["rt"])
MODEL = ModelSpec(
    name="toy",
    parameters=(ParameterSpec(name="a", bounds=(0.0, np.inf), closed=(True, False)),),
    choices=(0, 1),
    likelihoods=(LikelihoodSpec(kind="analytical", source=SOURCE),),
)
OBSERVED = {"rt": pt.constant(1.0), "response": pt.constant(1.0)}


def value(a: float, p: float | None = None, **options) -> float:
    likelihood = assemble(MODEL, MODEL.likelihood(), **options)
    theta = {"a": pt.constant(a)} | ({} if p is None else {"p_outlier": pt.constant(p)})
    return float(likelihood.log_density(OBSERVED, theta).eval())


def test_bounds_lie_inside_the_lapse_and_the_floor_outside() -> None:
    assert value(2.0, floor=False) == -2.0
    assert value(-2.0, floor=False) == -np.inf
    assert value(-2.0) == pytest.approx(np.log(1e-100))
    assert value(-2.0, 0.1, lapse=resolve_lapse()) == pytest.approx(np.log(0.1 / 2 / 20))


def test_a_users_bounds_replace_the_natural_ones_by_name() -> None:
    assert value(2.0, bounds={"a": (0.0, 1.0)}, floor=False) == -np.inf
    assert value(1.0, bounds={"a": (0.0, 1.0)}, floor=False) == -1.0
    assert value(0.0, floor=False) == 0.0


def test_natural_ends_keep_their_nature_and_others_are_valid() -> None:
    assert closed_ends(MODEL, {"a": (0.0, np.inf)}) == {"a": (True, False)}
    open_below = ModelSpec(name="x", parameters=(ParameterSpec(name="a", bounds=(0.0, 1.0)),), choices=(0, 1))
    assert closed_ends(open_below, {"a": (0.0, 1.0)}) == {"a": (False, False)}
    assert closed_ends(open_below, {"a": (0.1, 0.9)}) == {"a": (True, True)}


def test_the_assembled_likelihood_has_the_models_names() -> None:
    assembled = assemble(MODEL, MODEL.likelihood(), lapse=resolve_lapse())
    assert assembled.params == ("a", "p_outlier")
    assert assembled.columns == ("rt", "response")
    assert assembled.choices == (0, 1)
    assert assembled.differentiable
    assert not assembled.uses_jax
