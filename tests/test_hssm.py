import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

import hssm
from tests.fitted import SIMPLE_TRUTH, TINY, hierarchical_frame, quietly, simple_frame
from tests.tolerances import OTHER_ALGORITHM, SAME_NUMERICS

TRUTH_WITHIN_SD = 4.0
"""Posterior standard deviations; four parameters miss it once in four thousand data sets."""


@pytest.fixture
def headless():
    """Draw without a window; figures are closed afterwards."""
    mpl.use("Agg")
    yield
    mpl.pyplot.close("all")


# ----------------------------------------------------------------- the default model


def test_a_default_model_on_clean_data_raises_no_warning(default_fit):
    assert default_fit[1] == []


def test_a_default_model_finds_the_truth(default_fit):
    posterior = default_fit[0].traces["posterior"]
    for name, truth in SIMPLE_TRUTH.items():
        distance = abs(float(posterior[name].mean()) - truth) / float(posterior[name].std())
        assert distance < TRUTH_WITHIN_SD, name


# -------------------------------------------------------------- the posterior is right


def wiener_density(rt, response, v, a, z, t):
    """First-passage density by the large-time series (Feller, 1968); boundaries at -a and a."""
    decision = rt - t
    safe = np.where(decision > 0, decision, 1.0)
    width, drift, start = 2 * a, np.where(response == 1, -v, v), np.where(response == 1, 1 - z, z)
    k = np.arange(1, 400)[:, None]
    terms = k * np.exp(-(k**2) * np.pi**2 * safe / (2 * width**2)) * np.sin(k * np.pi * start)
    series = np.pi / width**2 * np.exp(-drift * width * start - drift**2 * safe / 2) * terms.sum(axis=0)
    return np.where(decision > 0, np.maximum(series, 0.0), 0.0)


PRIORS = {"v": stats.norm(0, 2), "a": stats.halfnorm(0, 2), "z": stats.uniform(0, 1), "t": stats.halfnorm(0, 2)}
GRIDS = {
    "v": np.linspace(-2.0, 3.0, 11),
    "a": np.linspace(0.5, 3.0, 11),
    "z": np.linspace(0.1, 0.9, 9),
    "t": np.linspace(0.05, 1.2, 12),  # beyond the fastest rt: those trials are lapses then
}


@pytest.fixture(scope="module")
def free_log_density():
    return hssm.HSSM(simple_frame()).compile_logp(jacobian=False)


@pytest.mark.parametrize("name", GRIDS)
def test_the_posterior_is_prior_times_lapse_mixture(free_log_density, name):
    """As a function of one parameter, against a series and priors written down here."""
    data = simple_frame()
    rt, response = data["rt"].to_numpy(), data["response"].to_numpy()
    found, expected = [], []
    for value in GRIDS[name]:
        point = {**SIMPLE_TRUTH, name: value}
        mixture = 0.95 * wiener_density(rt, response, **point) + 0.05 / (2 * 20)
        prior = sum(PRIORS[parameter].logpdf(at) for parameter, at in point.items())
        expected.append(prior + np.log(mixture).sum())
        found.append(free_log_density(point))
    np.testing.assert_allclose(found, expected, rtol=OTHER_ALGORITHM.relative, atol=OTHER_ALGORITHM.absolute)


def test_without_a_lapse_the_density_stands_alone():
    data = simple_frame()
    model = hssm.HSSM(data, p_outlier=None)
    rt, response = data["rt"].to_numpy(), data["response"].to_numpy()
    expected = np.log(wiener_density(rt, response, **SIMPLE_TRUTH)).sum()
    expected += sum(PRIORS[name].logpdf(value) for name, value in SIMPLE_TRUTH.items())
    found = model.compile_logp(jacobian=False)(SIMPLE_TRUTH)
    np.testing.assert_allclose(found, expected, rtol=OTHER_ALGORITHM.relative, atol=OTHER_ALGORITHM.absolute)


def test_the_order_of_rows_and_columns_and_the_index_do_not_matter(free_log_density):
    shuffled = simple_frame().sample(frac=1, random_state=1)[["response", "rt"]].set_axis(list("abcdef" * 10))
    again = hssm.HSSM(shuffled).compile_logp(jacobian=False)(SIMPLE_TRUTH)
    np.testing.assert_allclose(again, free_log_density(SIMPLE_TRUTH), rtol=SAME_NUMERICS.relative)


# ------------------------------------------------------------------------- for experts


def test_compile_logp_on_both_scales():
    model = hssm.HSSM(simple_frame(12), z=0.5)
    natural, free = model.initial_point(), model.initial_point(transformed=True)
    assert set(natural) == {"v", "a", "t"}
    assert set(free) == {"v", "a_log__", "t_log__"}
    on_natural, on_free = model.compile_logp()(natural), model.compile_logp(keep_transformed=True)(free)
    assert on_natural == on_free
    jacobian = free["a_log__"] + free["t_log__"]
    np.testing.assert_allclose(on_natural - model.compile_logp(jacobian=False)(natural), jacobian)


def test_initial_point_is_where_the_density_is_finite(hierarchical_fit):
    assert np.isfinite(hierarchical_fit.compile_logp()(hierarchical_fit.initial_point()))
    assert set(hierarchical_fit.initial_point()) == {rv.name for rv in hierarchical_fit.pymc_model.free_RVs}


def test_graph_shows_the_model():
    source = hssm.HSSM(simple_frame(12)).graph().source
    assert all(name in source for name in ("rt,response", "Uniform", "Halfnormal"))


# --------------------------------------------------------------------------- looking


def test_summary_has_a_row_per_reported_number(hierarchical_fit):
    table = hierarchical_fit.summary()
    assert isinstance(table, pd.DataFrame)
    rows = set(table.index)
    assert {"v_Intercept", "a_level[lo]", "t_1|participant_id[105]", "t_Intercept_natural", "z"} <= rows
    assert not [row for row in rows if "_offset" in row]
    posterior = hierarchical_fit.traces["posterior"]
    assert float(table.loc["z", "mean"]) == pytest.approx(float(posterior["z"].mean()), abs=0.01)


def test_summary_takes_another_tree_and_chosen_variables(simple_fit):
    half = simple_fit.traces.isel(draw=slice(30))
    assert list(simple_fit.summary(half, var_names=["v", "t"]).index) == ["v", "t"]


def test_plot_trace_draws_every_reported_variable(simple_fit, headless):
    collection = simple_fit.plot_trace()
    drawn = collection.viz["trace"].to_dataset() if "trace" in collection.viz.children else collection.viz
    assert {"v", "a", "z", "t"} <= set(map(str, drawn.data_vars))


@pytest.mark.parametrize("method", ["summary", "plot_trace", "predict", "add_likelihood_parameters_to_datatree"])
def test_without_traces_methods_say_what_to_call(method):
    with pytest.raises(ValueError, match=r"call `sample\(\)` first"):
        getattr(hssm.HSSM(simple_frame(12)), method)()


# ------------------------------------------------------------------------ other verbs


def test_add_likelihood_parameters_in_place_or_in_a_copy(hierarchical_fit):
    copied = hierarchical_fit.add_likelihood_parameters_to_datatree()
    assert copied["posterior"]["a"].dims == ("chain", "draw", "__obs__")
    assert "a" not in hierarchical_fit.traces["posterior"]
    target = hierarchical_fit.traces.copy()
    hierarchical_fit.add_likelihood_parameters_to_datatree(target, inplace=True)
    xr.testing.assert_equal(target["posterior"]["a"], copied["posterior"]["a"])


def test_predict_returns_a_new_tree(hierarchical_fit):
    frame = hierarchical_frame().iloc[:4]
    tree = hierarchical_fit.predict(idata=hierarchical_fit.traces, data=frame)
    assert tree["posterior"]["v"].shape == (2, 60, 4)
    assert hierarchical_fit.traces["posterior"]["v_x"].shape == (2, 60)


CASES = {
    "interaction": [{"name": "v", "formula": "v ~ 1 + x * level"}],
    "no intercept": [{"name": "a", "formula": "a ~ 0 + level"}],
    "group means only": [{"name": "v", "formula": "v ~ 0 + (1|participant_id)"}],
    "smooth": [{"name": "v", "formula": "v ~ 1 + hsgp(x, m=4, c=1.5)"}],
}


@pytest.mark.parametrize("case", CASES)
def test_other_formulas_build_start_and_predict(case):
    model = hssm.HSSM(hierarchical_frame(), include=CASES[case])
    assert np.isfinite(model.compile_logp()(model.initial_point()))
    tree = model.sample_prior_predictive(3, random_seed=1)
    assert np.isfinite(tree["prior_predictive"]["rt,response"].values).all()


def test_a_fit_with_a_free_lapse_and_fixed_values():
    model = hssm.HSSM(simple_frame(), z=0.5, t=0.25, a=1.3, p_outlier={"name": "Beta", "alpha": 5, "beta": 100})
    tree = quietly(model, **TINY)
    assert set(tree["posterior"].data_vars) == {"v", "p_outlier"}
    assert 0 < float(tree["posterior"]["p_outlier"].min()) < float(tree["posterior"]["p_outlier"].max()) < 1
