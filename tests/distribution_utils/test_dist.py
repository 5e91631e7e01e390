import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from pytensor import shared
from pytensor.compile.mode import Mode

import hssm
from hssm.distribution_utils import (
    make_distribution,
    make_distribution_for_supported_model,
    make_family,
    make_hssm_rv,
    make_likelihood_callable,
)
from tests.fitted import SIMPLE_TRUTH, simple_frame
from tests.tolerances import MONTE_CARLO, OTHER_ALGORITHM

PYTHON = Mode("py", None)
UNIFORM = {"name": "Uniform", "lower": 0.0, "upper": 10.0}


@pytest.fixture(scope="module")
def data():
    return simple_frame(20)[["rt", "response"]].to_numpy(dtype=float)


def exponential(data, rate, shift):
    """Shifted exponential times, both choices equally likely."""
    waited = data[:, 0] - shift
    return pt.switch(waited > 0, pt.log(rate / 2) - rate * waited, -np.inf)


def simulate(theta, n_samples, random_state):
    rng = np.random.default_rng(random_state)
    rate, shift = np.asarray(theta).T
    return np.stack([shift + rng.exponential(1 / rate), rng.choice([-1, 1], len(rate))], axis=-1)


simulate.choices = [-1, 1]
simulate.model_name = "exponential"


def test_a_model_of_the_registry_is_a_distribution(data):
    DDM = make_distribution_for_supported_model("ddm")
    found = pm.logp(DDM.dist(**SIMPLE_TRUTH), data).eval()
    expected = hssm.log_density("ddm", simple_frame(20), SIMPLE_TRUTH)
    np.testing.assert_allclose(found, expected, rtol=OTHER_ALGORITHM.relative)
    drawn = pm.draw(DDM.dist(*SIMPLE_TRUTH.values(), shape=(300, 2)), random_seed=1, mode=PYTHON)
    assert set(drawn[:, 1]) == {-1.0, 1.0}
    exact = hssm.simulate_data("ddm", SIMPLE_TRUTH, size=5000, random_state=2)["rt"]
    error = drawn[:, 0].std() / np.sqrt(300)
    assert abs(drawn[:, 0].mean() - exact.mean()) < MONTE_CARLO.standard_errors * error


def test_a_lapse_is_mixed_in(data):
    DDM = make_distribution_for_supported_model("ddm", lapse=UNIFORM)
    found = pm.logp(DDM.dist(**SIMPLE_TRUTH, p_outlier=0.1), data).eval()
    plain = np.exp(hssm.log_density("ddm", simple_frame(20), SIMPLE_TRUTH))
    np.testing.assert_allclose(found, np.log(0.9 * plain + 0.1 / 20), rtol=OTHER_ALGORITHM.relative)


def test_a_distribution_in_a_users_own_model(data):
    DDM = make_distribution_for_supported_model("ddm")
    with pm.Model() as model:
        v = pm.Normal("v")
        DDM("y", v=v, a=1.3, z=0.5, t=0.2, observed=data)
    at = model.compile_logp()({"v": 0.4})
    expected = hssm.log_density("ddm", simple_frame(20), {"v": 0.4, "a": 1.3, "z": 0.5, "t": 0.2}).sum()
    assert float(at) == pytest.approx(expected - 0.5 * (0.4**2 + np.log(2 * np.pi)))


def test_any_log_density_is_a_distribution(data):
    made = make_distribution(simulate, exponential, ["rate", "shift"], bounds={"rate": (0, np.inf)})
    found = pm.logp(made.dist(2.0, 0.1), data).eval()
    np.testing.assert_allclose(found, np.log(1.0) - 2 * (data[:, 0] - 0.1), rtol=OTHER_ALGORITHM.relative)
    assert np.isneginf(pm.logp(made.dist(-2.0, 0.1), data).eval()).all()
    drawn = pm.draw(made.dist(2.0, 0.1, shape=(400, 2)), random_seed=1, mode=PYTHON)
    assert abs(drawn[:, 0].mean() - 0.6) < MONTE_CARLO.standard_errors * 0.5 / 20


def test_black_boxes_and_lapses(data):
    def density(data, rate, shift):
        return np.log(rate / 2) - rate * (data[:, 0] - shift)

    blackbox = make_likelihood_callable(density, "blackbox")
    made = make_distribution(None, blackbox, ["rate", "shift", "p_outlier"], lapse=UNIFORM)
    found = pm.logp(made.dist(2.0, 0.1, 0.2), data).eval()
    plain = np.exp(density(data, 2.0, 0.1))
    np.testing.assert_allclose(found, np.log(0.8 * plain + 0.2 / 20), rtol=OTHER_ALGORITHM.relative)


def test_fixed_vectors_are_no_inputs(data):
    shift = np.linspace(0.05, 0.2, 20)
    made = make_distribution(simulate, exponential, ["rate", "shift"], fixed_vector_params={"shift": shift})
    assert made.params == ("rate",)
    found = pm.logp(made.dist(2.0), data).eval()
    np.testing.assert_allclose(found, -2 * (data[:, 0] - shift), rtol=OTHER_ALGORITHM.relative)
    drawn = pm.draw(made.dist(np.full(20, 1e9)), random_seed=1, mode=PYTHON)
    np.testing.assert_allclose(drawn[:, 0], shift, atol=1e-6)


def test_extra_fields_come_last(data):
    made = make_distribution(
        None, lambda data, rate, x: pt.log(rate) - rate * x * data[:, 0], ["rate"], extra_fields=["x"]
    )
    x = np.arange(20.0)
    np.testing.assert_allclose(
        pm.logp(made.dist(2.0, x), data).eval(), np.log(2) - 2 * x * data[:, 0], rtol=OTHER_ALGORITHM.relative
    )


def test_choices_alone():
    made = make_distribution(
        None, lambda data, p: pt.log(pt.switch(data[:, 0] > 0, p, 1 - p)), ["p"], is_choice_only=True
    )
    found = pm.logp(made.dist(0.7), np.array([1.0, -1.0])).eval()
    np.testing.assert_allclose(found, np.log([0.7, 0.3]), rtol=OTHER_ALGORITHM.relative)


def respond(variable, *params):
    generator = shared(np.random.default_rng(3))
    return variable(*params, rng=generator, return_next_rng=True)[1].eval(mode=PYTHON)


def test_random_variables_draw_and_serve_as_rv(data):
    RV = make_hssm_rv(simulate, ["rate", "shift"])
    drawn = respond(RV(), np.full(50, 3.0), 0.4)
    assert drawn.shape == (50, 2)
    assert (drawn[:, 0] > 0.4).all()
    made = make_distribution(RV, exponential, ["rate", "shift"])
    assert pm.draw(made.dist(3.0, 0.4, shape=(5, 2)), random_seed=1, mode=PYTHON).shape == (5, 2)
    lapsing = make_hssm_rv("ddm", ["v", "a", "z", "t"], lapse=UNIFORM)
    times = respond(lapsing(), 0.5, 0.1, 0.5, 0.0, np.full(400, 0.5))[:, 0]
    assert abs((times > 1).mean() - 0.45) < MONTE_CARLO.standard_errors * 0.5 / 20


def test_arguments_are_not_changed(data):
    names, bounds = ["rate", "shift"], {"rate": (0, np.inf)}
    make_distribution(simulate, exponential, names, bounds=bounds, lapse=UNIFORM)
    assert (names, bounds) == (["rate", "shift"], {"rate": (0, np.inf)})


def test_a_family_for_bambi():
    family = make_family(make_distribution_for_supported_model("ddm"), ["v", "a", "z", "t"], "identity")
    assert family.likelihood.parent == "v"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: make_distribution_for_supported_model("dmm"), "Did you mean 'ddm'"),
        (lambda: make_distribution_for_supported_model("lba2", "approx_differentiable"), "approx_differentiable"),
        (lambda: make_distribution_for_supported_model("ddm", backend="jax"), "written for 'pytensor', not 'jax'"),
        (lambda: make_distribution_for_supported_model("ddm", is_choice_only=True), "has reaction times"),
        (lambda: make_distribution_for_supported_model("ddm", reg_params=["w"]), "`reg_params` names 'w'"),
        (lambda: make_distribution(None, exponential, ["a", "a"]), "name each parameter once"),
        (lambda: make_distribution(None, exponential, ["a", "p_outlier"]), "needs `lapse`"),
        (lambda: make_distribution(None, exponential, ["a"], bounds={"b": (0, 1)}), "`bounds` names 'b'"),
        (lambda: make_distribution(None, exponential, ["a"], params_is_trialwise=[True, False]), "one entry per"),
    ],
)
def test_faults_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
    with pytest.raises(TypeError, match="must be a list of names"):
        make_distribution(None, exponential, "rate")
