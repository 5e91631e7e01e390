"""Missing responses, deadlines, go/no-go, censoring and truncation from the constructor to the prediction."""

import warnings

import numpy as np
import pandas as pd
import pytest

import hssm
from tests.fitted import SIMPLE_TRUTH, TINY, hierarchical_frame, quietly
from tests.tolerances import OTHER_ALGORITHM

DEADLINE = 1.4
N = 80


def omitted_frame(n: int = N) -> pd.DataFrame:
    """Trials with two deadlines; what comes later is omitted."""
    deadline = np.resize([DEADLINE, 2.0], n)
    frame = hssm.simulate_data("ddm", SIMPLE_TRUTH, size=n, random_state=6, deadline=deadline)
    return frame.assign(deadline=deadline)


@pytest.fixture(scope="module")
def fitted() -> hssm.HSSM:
    """A short fit of trials with omissions and a lapse."""
    model = hssm.HSSM(omitted_frame(), deadline=True)
    quietly(model, **TINY)
    return model


def expected_log_likelihood(model: hssm.HSSM, draw: dict[str, float], frame: pd.DataFrame) -> np.ndarray:
    """Row by row from the public density and survivor."""
    late = (frame["rt"] < 0).to_numpy()
    options = {"p_outlier": model.p_outlier}
    density = hssm.log_density("ddm", frame[~late], draw, **options)
    survivor = hssm.log_survival("ddm", frame[late].assign(rt=frame["deadline"]), draw, **options)
    expected = np.empty(len(frame))
    expected[~late], expected[late] = density, survivor
    return expected


def test_log_likelihoods_are_densities_and_survivors(fitted) -> None:
    stored = fitted.traces["log_likelihood"]["rt,response,deadline"]
    posterior = fitted.traces["posterior"]
    draw = {name: float(posterior[name][1, 7]) for name in SIMPLE_TRUTH}
    expected = expected_log_likelihood(fitted, draw, fitted.data)
    np.testing.assert_allclose(stored[1, 7], expected, rtol=OTHER_ALGORITHM.relative, atol=OTHER_ALGORITHM.absolute)


def test_the_response_has_three_columns(fitted) -> None:
    assert fitted.response == ["rt", "response", "deadline"]
    assert (fitted.missing_data, fitted.deadline, fitted.deadline_name, fitted.nogo) == (True, True, "deadline", None)
    assert fitted.extra_fields == []
    observed = fitted.traces["observed_data"]["rt,response,deadline"]
    assert observed.dims == ("__obs__", "rt,response,deadline_dim")
    np.testing.assert_array_equal(observed, omitted_frame()[["rt", "response", "deadline"]])
    omitted = int((omitted_frame()["rt"] < 0).sum())
    assert f"Observations: {N}\nMissing responses: {omitted}" in repr(fitted)
    assert list(fitted.data.columns) == ["rt", "response", "deadline"]


def test_predictions_have_omissions(fitted) -> None:
    tree = fitted.sample_posterior_predictive(inplace=False, draws=10, random_seed=1)
    values = tree["posterior_predictive"]["rt,response,deadline"].to_numpy()
    omitted = values[..., 0] == -999
    np.testing.assert_array_equal(values[omitted][:, 1], -999)
    assert (values[..., 0] < values[..., 2]).all()
    assert 0.05 < omitted.mean() < 0.6
    new = pd.DataFrame({"deadline": [0.01, np.inf]})
    tree = fitted.sample_posterior_predictive(data=new, inplace=False, random_seed=1)
    values = tree["posterior_predictive"]["rt,response,deadline"].to_numpy()
    assert (values[..., 0, 0] == -999).all()
    assert (values[..., 1, 0] > 0).all()
    with pytest.raises(ValueError, match=r"'deadline'.*not positive"):
        fitted.sample_posterior_predictive(data=new.assign(deadline=-1.0), inplace=False)


def test_log_likelihood_of_new_data_may_have_other_outcomes(fitted) -> None:
    new = pd.DataFrame({"rt": [0.7, np.nan, np.nan], "response": [1, -1, 1], "deadline": [2.0, 2.0, np.inf]})
    tree = fitted.log_likelihood(data=new, inplace=False)
    value = tree["log_likelihood"]["rt,response,deadline"][0, 3].to_numpy()
    posterior = fitted.traces["posterior"]
    draw = {name: float(posterior[name][0, 3]) for name in SIMPLE_TRUTH} | {"p_outlier": 0.05}
    theta = {name: number for name, number in draw.items() if name != "p_outlier"}
    rows = new.assign(rt=[0.7, 2.0, 1e9])
    expected = [
        hssm.log_density("ddm", rows, theta, p_outlier=0.05)[0],
        hssm.log_survival("ddm", rows, theta, p_outlier=0.05)[1],
        hssm.log_cdf("ddm", rows, theta, p_outlier=0.05)[2],
    ]
    np.testing.assert_allclose(value, expected, rtol=OTHER_ALGORITHM.relative)


def logp(data: pd.DataFrame, **options) -> float:
    model = hssm.HSSM(data, **options)
    return float(model.compile_logp()({name: np.asarray(v) for name, v in {**SIMPLE_TRUTH}.items()}))


def test_row_and_column_order_do_not_matter() -> None:
    data, options = omitted_frame(), {"deadline": True}
    order = np.random.default_rng(2).permutation(N)
    expected = logp(data, **options)
    assert logp(data.iloc[order], **options) == pytest.approx(expected, rel=OTHER_ALGORITHM.relative)
    assert logp(data[["deadline", "response", "rt"]], **options) == pytest.approx(expected, rel=0)
    assert logp(data.rename(columns={"deadline": "limit"}), deadline="limit") == pytest.approx(expected, rel=0)


def test_a_late_response_counts_as_an_omission() -> None:
    data = omitted_frame()
    late = data.assign(rt=data["rt"].where(data["rt"] > 0, 5.0), response=data["response"].where(data["rt"] > 0, 1))
    with pytest.warns(UserWarning, match="counts as an omission"):
        value = logp(late, deadline=True)
    assert value == pytest.approx(logp(data, deadline=True), rel=0)


def test_hierarchical_models_with_regressions_and_an_estimated_lapse() -> None:
    """The gradient of a model with omissions is the finite difference, for every variable."""
    data = hierarchical_frame()
    include = [{"name": "v", "formula": "v ~ 1 + x + (1|participant_id)"}, {"name": "a", "formula": "a ~ 1 + level"}]
    lapse = {"p_outlier": {"formula": "p_outlier ~ 1 + x"}}
    with pytest.warns(UserWarning, match="counts as an omission"):
        model = hssm.HSSM(data, include=include, deadline=1.0, **lapse)
    function = model.pymc_model.logp_dlogp_function(ravel_inputs=True)
    function.set_extra_values({})
    point = model.initial_point(transformed=True)
    values = [point[variable.name] for variable in model.pymc_model.continuous_value_vars]
    start = np.concatenate([np.ravel(each) for each in values])
    x = start + 0.05 * np.random.default_rng(4).normal(size=start.size)
    _, slopes = function(x)
    for i in range(x.size):
        step = np.zeros_like(x)
        step[i] = 1e-6
        difference = (function(x + step)[0] - function(x - step)[0]) / 2e-6
        assert slopes[i] == pytest.approx(difference, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("sampler", ["numpyro", "nutpie"])
@pytest.mark.slow
def test_other_samplers_know_the_same_model(sampler: str) -> None:
    model = hssm.HSSM(omitted_frame(), deadline=True)
    tree = quietly(model, sampler=sampler, **TINY)
    assert np.isfinite(tree["sample_stats"]["lp"]).all()


def test_go_no_go_with_labels() -> None:
    frame = hssm.simulate_data("ddm", SIMPLE_TRUTH, size=N, random_state=6)
    frame["response"] = frame["response"].map({-1: "stop", 1: "go"})
    frame.loc[frame["response"] == "stop", "rt"] = np.nan
    model = hssm.HSSM(frame, choices=["stop", "go"], nogo="stop", p_outlier=None)
    assert model.nogo == "stop"
    tree = model.sample_prior_predictive(draws=5, random_seed=1)
    values = tree["prior_predictive"]["rt,response"].to_numpy()
    assert set(np.unique(values[..., 1])) == {-999.0, 1.0}
    ends = frame.assign(rt=1e9, response=-1)
    withheld = hssm.log_cdf("ddm", ends, SIMPLE_TRUTH)[0]
    seen = frame[frame["response"] == "go"].assign(response=1)
    expected = hssm.log_density("ddm", seen, SIMPLE_TRUTH).sum() + (N - len(seen)) * withheld
    likelihood = model.pymc_model.compile_logp(vars=model.pymc_model.observed_RVs)
    value = likelihood(model.pymc_model.initial_point() | unconstrained(model))
    assert value == pytest.approx(expected, rel=OTHER_ALGORITHM.relative)


def unconstrained(model: hssm.HSSM) -> dict[str, np.ndarray]:
    from tests.evaluation import to_values

    return to_values(model, {name: np.asarray(value) for name, value in SIMPLE_TRUTH.items()})


@pytest.mark.slow
def test_black_boxes_are_integrated_and_sampled_by_slices() -> None:
    data = omitted_frame(20)
    model = hssm.HSSM(data, deadline=True, loglik_kind="blackbox", p_outlier=None, v=0.6, z=0.5, t=0.3)
    quietly(model, **{**TINY, "draws": 3, "tune": 3})
    draw = dict(SIMPLE_TRUTH) | {"a": float(model.traces["posterior"]["a"][0, 1])}
    late = (data["rt"] < 0).to_numpy()
    stored = model.traces["log_likelihood"]["rt,response,deadline"][0, 1].to_numpy()
    survivor = hssm.log_survival("ddm", data[late].assign(rt=data["deadline"]), draw)
    np.testing.assert_allclose(np.exp(stored[late]), np.exp(survivor), atol=1e-8)


def test_a_users_own_outcome_probability() -> None:
    import jax.numpy as jnp

    data = omitted_frame(20)
    model = hssm.HSSM(
        data,
        model="mine",
        loglik=lambda row, rate: jnp.log(rate) - rate * row[0],
        loglik_kind="approx_differentiable",
        model_config={"list_params": ["rate"], "choices": [-1, 1], "bounds": {"rate": (0.1, 10.0)}},
        deadline=True,
        loglik_missing_data=lambda deadline, rate: -rate * deadline,
        p_outlier=None,
    )
    value = model.pymc_model.compile_logp(vars=model.pymc_model.observed_RVs)
    from tests.evaluation import to_values

    seen = data[data["rt"] > 0]
    expected = len(seen) * np.log(1.5) - 1.5 * (seen["rt"].sum() + data[data["rt"] < 0]["deadline"].sum())
    assert value(to_values(model, {"rate": np.array(1.5)})) == pytest.approx(expected, rel=OTHER_ALGORITHM.relative)
    with pytest.raises(ValueError, match=r"'mine' has no source.*no response by the deadline.*networks\.train"):
        hssm.HSSM(
            data,
            model="mine",
            loglik=lambda row, rate: jnp.log(rate) - rate * row[0],
            loglik_kind="approx_differentiable",
            model_config={"list_params": ["rate"], "choices": [-1, 1], "bounds": {"rate": (0.1, 10.0)}},
            deadline=True,
        )


def test_truncated_designs_predict_within_their_window() -> None:
    frame = hssm.simulate_data("ddm", SIMPLE_TRUTH, size=N, random_state=6)
    frame = frame[(frame["rt"] >= 0.5) & (frame["rt"] < 2.0)]
    model = hssm.HSSM(frame, truncation=(0.5, 2.0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # some prior draws cannot respond in the window
        rt = model.sample_prior_predictive(draws=5, random_seed=1)["prior_predictive"]["rt,response"].to_numpy()[..., 0]
    assert ((rt == -999) | ((rt >= 0.5) & (rt < 2.0))).all()
    assert (rt > 0).any()


def test_censored_rts() -> None:
    frame = hssm.simulate_data("ddm", SIMPLE_TRUTH, size=N, random_state=6)
    over = (frame["rt"] > DEADLINE).to_numpy()
    censored = frame.assign(rt=frame["rt"].clip(upper=DEADLINE), side=np.where(over, "right", "none"))
    model = hssm.HSSM(censored.assign(response=frame["response"].where(~over)), censored="side", p_outlier=None)
    likelihood = model.pymc_model.compile_logp(vars=model.pymc_model.observed_RVs)
    expected = hssm.log_density("ddm", frame[~over], SIMPLE_TRUTH).sum()
    expected += hssm.log_survival("ddm", censored[over], SIMPLE_TRUTH).sum()
    assert likelihood(unconstrained(model)) == pytest.approx(expected, rel=OTHER_ALGORITHM.relative)


def test_plots_count_omissions(fitted) -> None:
    axes = fitted.plot_predictive(n_samples=4, random_state=1)
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    share = 100 * float((omitted_frame()["rt"] < 0).mean())
    assert any(f"{share:.1f} % omitted" in label for label in labels), labels
    assert sum("omitted" in label for label in labels) == 2
