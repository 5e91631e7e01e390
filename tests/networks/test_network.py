"""Loading networks: by name, by path, and what is said when there is none."""

import numpy as np
import pytest

import hssm
from hssm.networks import list_networks, load
from tests.evaluation import to_values
from tests.tolerances import SHIPPED_NETWORK

DEADLINE = 0.65


def test_shipped_by_name_and_by_path() -> None:
    network = load("ddm")
    assert load(network.path).path == load("ddm.onnx").path == network.path
    assert network.parameters == ("v", "a", "z", "t")
    assert network.inputs == ("v", "a", "z", "t", "rt", "response")
    assert network.choices == (-1, 1)
    assert "mean |error|" in repr(network)
    assert hssm.networks.load is load


def test_table() -> None:
    table = list_networks()
    row = table.set_index("name").loc["ddm"]
    assert row["kind"] == "lan"
    assert row["domain"]["z"] == (0.05, 0.95)
    assert row["mean_abs_error"] <= 0.010


MIXTURES = {
    "full_ddm": {"v": 0.8, "a": 1.1, "z": 0.55, "t": 0.4, "sz": 0.3, "sv": 0.9, "st": 0.3},
    "ddm_seq2_no_bias": {"vh": 0.9, "vl1": -0.6, "vl2": 1.8, "a": 0.8, "t": 0.4},
}


@pytest.mark.parametrize("model", MIXTURES)
def test_models_of_mixtures_take_their_network_on_request(model) -> None:
    """Next to the exact density; with ``st``, responses come before ``t``, too."""
    data = hssm.simulate_data(model, MIXTURES[model], size=200, random_state=1)
    if model == "full_ddm":
        data.loc[:5, "rt"] = 0.35
    built = hssm.HSSM(data, model=model, loglik_kind="approx_differentiable", p_outlier=0.0)
    assert built.loglik_kind == "approx_differentiable"
    exact = hssm.log_density(model, data, MIXTURES[model])
    network = hssm.log_density(model, data, MIXTURES[model], loglik_kind="approx_differentiable")
    np.testing.assert_allclose(network, exact, atol=SHIPPED_NETWORK.absolute)


def test_faults() -> None:
    with pytest.raises(FileNotFoundError, match="'dmd'.*neither.*shipped.*ddm"):
        load("dmd")
    with pytest.raises(ValueError, match="6 columns.*v, a, z, t, rt, response"):
        load("ddm")(np.zeros((3, 5)))


def test_a_loaded_network_is_a_likelihood() -> None:
    """Of trials, and of those without a response; its log density is that of the shipped route."""
    data = hssm.simulate_data("ddm", {"v": 0.5, "a": 1.2, "z": 0.5, "t": 0.3}, size=60, random_state=1)
    data.loc[data["rt"] > 1.2, ["rt", "response"]] = -999.0
    assert (data["rt"] == -999.0).any()
    point = {"v": 0.6, "a": 1.1, "z": 0.45, "t": 0.2}
    plain = {"deadline": 1.2, "p_outlier": 0.0, "model": "ddm", "loglik_kind": "approx_differentiable"}
    by_name = hssm.HSSM(data, **plain)
    by_network = hssm.HSSM(data, loglik=load("ddm"), loglik_missing_data=load("ddm_opn"), **plain)
    found = [float(model.compile_logp()(point)) for model in (by_network, by_name)]
    assert np.isfinite(found[0])
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)


def test_a_race_with_omissions_is_near_the_exact_one() -> None:
    theta = {"v0": 1.6, "v1": 1.1, "v2": 0.7, "v3": 0.2, "a": 1.4, "z": 0.3, "t": 0.3, "theta": 0.4}
    data = hssm.simulate_data("race_no_bias_angle_4", theta, size=60, random_state=1)
    data.loc[data["rt"] > DEADLINE, ["rt", "response"]] = -999.0
    assert (data["rt"] == -999.0).sum() > 5
    point = {name: np.array(value) for name, value in theta.items()}
    found = []
    for kind in ("analytical", "approx_differentiable"):
        model = hssm.HSSM(data, model="race_no_bias_angle_4", loglik_kind=kind, deadline=DEADLINE, p_outlier=0.0)
        value = model.pymc_model.compile_logp(vars=model.pymc_model.observed_RVs)
        found.append(float(value(to_values(model, point))))
    assert found[1] == pytest.approx(found[0], abs=SHIPPED_NETWORK.absolute * len(data))
