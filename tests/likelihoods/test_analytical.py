"""The densities as functions of a data matrix, and their PyMC distributions, against ``hssm.log_density``."""

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode

import hssm
from hssm.likelihoods import analytical, blackbox
from hssm.models.registry import get_model
from tests.models.points import points_of
from tests.tolerances import OTHER_ALGORITHM, SAME_NUMERICS

FUNCTIONS = {
    "ddm": "logp_ddm",
    "ddm_sdv": "logp_ddm_sdv",
    "full_ddm": "logp_full_ddm",
    "angle": "logp_angle",
    "ddm_seq2_no_bias": "logp_ddm_seq2_no_bias",
    "poisson_race": "logp_poisson_race",
    "lba2": "logp_lba2",
    "lba3": "logp_lba3",
    "lba4": "logp_lba4",
    "racing_diffusion_3": "logp_rdm3",
    "softmax_inv_temperature_2": "softmax_inv_temperature",
    "softmax_inv_temperature_3": "softmax_inv_temperature",
}
NUMPY = {"ddm": "logp_ddm_bbox", "ddm_sdv": "logp_ddm_sdv_bbox", "full_ddm": "logp_full_ddm_bbox"}
PYTHON = Mode("py", None)
POINT = {"v": 0.5, "a": 1.2, "z": 0.5, "t": 0.25}


def numbers(value):
    """Evaluated without compiling, which is what these tests would take most of their time for."""
    return value.eval(mode=PYTHON)


def drawn(model: str, n: int = 20):
    """A point of a model, simulated data, and the data as a matrix; the first rt is impossible."""
    spec = get_model(model)
    point = points_of(spec)[0]
    data = hssm.simulate_data(model, point, size=n, random_state=3)
    if not spec.is_choice_only:
        data.loc[0, "rt"] = 1e-9
    return point, data, data[list(spec.response)].to_numpy(dtype=float)


@pytest.mark.parametrize("model", FUNCTIONS)
def test_functions_are_the_density(model):
    point, data, matrix = drawn(model)
    function = getattr(hssm.likelihoods, FUNCTIONS[model])
    expected = hssm.log_density(model, data, point)
    np.testing.assert_allclose(numbers(function(matrix, *point.values())), expected, rtol=OTHER_ALGORITHM.relative)
    per_trial = [np.full(len(data), value) for value in point.values()]
    np.testing.assert_allclose(numbers(function(matrix, *per_trial)), expected, rtol=OTHER_ALGORITHM.relative)


def test_a_function_evaluates_in_the_default_mode():
    point, data, matrix = drawn("ddm")
    found = hssm.likelihoods.logp_ddm(matrix, **point).eval()
    np.testing.assert_allclose(found, hssm.log_density("ddm", data, point), rtol=OTHER_ALGORITHM.relative)


@pytest.mark.parametrize("model", NUMPY)
def test_numpy_functions_are_the_density(model):
    point, data, matrix = drawn(model)
    found = getattr(hssm.likelihoods, NUMPY[model])(matrix, *point.values())
    assert isinstance(found, np.ndarray)
    np.testing.assert_allclose(found, hssm.log_density(model, data, point), rtol=OTHER_ALGORITHM.relative)


def test_gradients_are_those_of_the_density():
    point, data, matrix = drawn("ddm")
    v = pt.scalar("v", dtype="float64")
    value = hssm.likelihoods.logp_ddm(matrix[1:], v, *list(point.values())[1:]).sum()
    slope = pytensor.function([v], pytensor.grad(value, v))(point["v"])
    _, expected = hssm.log_density("ddm", data[1:], point, gradient=True)
    np.testing.assert_allclose(slope, expected["v"].sum(), rtol=OTHER_ALGORITHM.relative)


@pytest.mark.parametrize("bad", [{"a": -1.0}, {"z": 1.0}, {"z": -0.2}, {"t": -0.1}])
def test_outside_the_domain_is_log_zero(bad):
    _, _, matrix = drawn("ddm")
    assert (hssm.likelihoods.logp_ddm(matrix, **{**POINT, **bad}).eval(mode=PYTHON) == -np.inf).all()


@pytest.mark.parametrize("name", ["logp_ddm", "logp_ddm_sdv"])
@pytest.mark.parametrize("option", [{"err": 1e-15}, {"k_terms": 20}, {"epsilon": 1e-15}])
def test_accuracy_arguments_are_ignored_with_a_warning(name, option):
    point, _, matrix = drawn(name.removeprefix("logp_"))
    function = getattr(analytical, name)
    with pytest.warns(FutureWarning, match=f"'{next(iter(option))}' is ignored") as caught:
        found = numbers(function(matrix, **point, **option))
    assert caught[0].filename == __file__
    np.testing.assert_allclose(found, numbers(function(matrix, **point)), rtol=SAME_NUMERICS.relative)


@pytest.mark.parametrize("name", analytical.DISTRIBUTIONS)
def test_distributions_have_the_models_density_and_draws(name):
    model = analytical.DISTRIBUTIONS[name]
    point, data, matrix = drawn(model)
    distribution = getattr(hssm.likelihoods, name)
    assert distribution is getattr(analytical, name)
    assert distribution.__name__ == name
    found = numbers(pm.logp(distribution.dist(**point), matrix))
    np.testing.assert_allclose(found, hssm.log_density(model, data, point), rtol=OTHER_ALGORITHM.relative)
    draws = pm.draw(distribution.dist(*point.values(), shape=(50, 2)), random_seed=1, mode=PYTHON)
    assert set(draws[:, 1]) <= set(map(float, get_model(model).choices))


def test_a_distribution_in_a_users_model_is_sampled_from_its_density():
    _, _, matrix = drawn("ddm")
    with pm.Model() as model:
        v = pm.Normal("v", 0.0, 2.0)
        hssm.likelihoods.DDM("rt,response", v=v, a=1.2, z=0.5, t=0.25, observed=matrix[1:])
    expected = analytical.logp_ddm(matrix[1:], **{**POINT, "v": 0.7}).sum() + pm.logp(pm.Normal.dist(0.0, 2.0), 0.7)
    assert float(model.compile_logp()({"v": 0.7})) == pytest.approx(float(expected.eval()))


def test_doors_have_what_the_package_lists():
    for name in hssm.likelihoods.__all__:
        assert getattr(analytical if name in dir(analytical) else blackbox, name) is getattr(hssm.likelihoods, name)


def test_wrong_shapes_and_names_say_what_is_expected():
    with pytest.raises(ValueError, match=r"data must be \(n_trials, 2\), rt and response"):
        analytical.logp_ddm(np.ones((5, 3)), **POINT)
    with pytest.raises(ValueError, match=r"data must be \(n_trials, 2\)"):
        analytical.logp_ddm(np.ones(5), **POINT)
    with pytest.raises(TypeError, match="at least one logit"):
        analytical.softmax_inv_temperature(np.ones(3), 1.0)
    with pytest.raises(AttributeError, match="LBA7"):
        _ = analytical.LBA7


def test_softmax_takes_a_vector_of_choices():
    choices = np.array([-1.0, 1.0])
    found = hssm.likelihoods.softmax_inv_temperature(choices, 1.5, 0.4).eval(mode=PYTHON)
    np.testing.assert_allclose(np.exp(found), [1 / (1 + np.exp(0.6)), 1 / (1 + np.exp(-0.6))])
