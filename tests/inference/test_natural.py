"""Natural-scale parameters against formulas by hand; draws of the prior serve as draws, so that nothing is fitted."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

import hssm
from hssm.inference.natural import N_EFFECTS
from hssm.inference.prior import sample_prior
from tests.fitted import INCLUDE, hierarchical_frame
from tests.tolerances import FIXED_QUADRATURE, MONTE_CARLO, OTHER_ALGORITHM

N_DRAWS = 30


def with_draws(**formulas):
    """A model and draws of its prior in place of a posterior; a formula, or a dict with more than that."""
    include = [{"name": n, **({"formula": f"{n} ~ {f}"} if isinstance(f, str) else f)} for n, f in formulas.items()]
    model = hssm.HSSM(hierarchical_frame(), include=include)
    prior = sample_prior(model.built, N_DRAWS, np.random.default_rng(3))
    return model, xr.DataTree.from_dict({"posterior": prior})


@pytest.fixture(scope="module")
def grouped():
    return with_draws(
        v="1 + x + (1 + x|participant_id)",
        a="1 + C(level, Treatment('mid')) + (1 + x|participant_id)",
        t="1 + (1|participant_id:level)",
    )


def close(left, right, tolerance=OTHER_ALGORITHM):
    np.testing.assert_allclose(left, right, rtol=tolerance.relative, atol=tolerance.absolute)


def test_without_columns_values_are_those_of_a_typical_member(grouped):
    model, tree = grouped
    found, posterior = model.natural_parameters(dt=tree), tree["posterior"]
    assert found["v"].dims == ("chain", "draw")
    close(found["v"], posterior["v_Intercept"] + model.data["x"].mean() * posterior["v_x"])
    slope = posterior["a_x|participant_id_mu"]  # a group-specific slope without a common one has a mean of its own
    close(found["a"], np.exp(posterior["a_Intercept"] + model.data["x"].mean() * slope))  # at the reference, "mid"
    close(found["z"], posterior["z"])
    assert found["t"].attrs["units"] == "s"
    assert found.attrs["held"].endswith("level = mid")
    assert found.attrs["held"].startswith("x = ")


def test_levels_numbers_and_members(grouped):
    model, tree = grouped
    posterior = tree["posterior"].to_dataset()
    found = model.natural_parameters(["participant_id", "x"], dt=tree)
    assert found["v"].dims == ("chain", "draw", "participant_id", "x")
    assert found.sizes["x"] == 50  # sixty distinct values
    one = found.sel(participant_id=103).isel(x=7)
    member = posterior[["v_1|participant_id", "v_x|participant_id"]].sel(participant_id__factor_dim="103")
    slope = posterior["v_x"] + member["v_x|participant_id"]
    close(one["v"], posterior["v_Intercept"] + member["v_1|participant_id"] + float(one["x"]) * slope)
    by_level = model.natural_parameters({"level": ["lo", "mid"], "x": 0}, dt=tree).isel(x=0)
    close(by_level["a"].sel(level="mid"), np.exp(posterior["a_Intercept"]))
    effect = posterior["a_C(level, Treatment('mid'))"].isel({"a_C(level, Treatment('mid'))_dim": 1})
    close(by_level["a"].sel(level="lo"), np.exp(posterior["a_Intercept"] + effect))


def test_a_factor_of_two_columns_needs_both(grouped):
    model, tree = grouped
    posterior = tree["posterior"]
    both = model.natural_parameters(["level", "participant_id"], dt=tree)["t"]
    member = posterior["t_1|participant_id:level"].sel({"participant_id:level__factor_dim": "102:lo"})
    close(both.sel(level="lo", participant_id=102), np.exp(posterior["t_Intercept"] + member))
    one = model.natural_parameters("level", dt=tree)["t"]
    close(one.sel(level="lo"), np.exp(posterior["t_Intercept"]))


def test_natural_values_of_results_are_special_cases(hierarchical_fit):
    posterior = hierarchical_fit.traces["posterior"]
    close(hierarchical_fit.natural_parameters("participant_id")["t"], posterior["t_1|participant_id_natural"])
    close(hierarchical_fit.natural_parameters("level")["a"], posterior["a_level_natural"])


def test_population_means_of_normal_effects_under_a_log_link(grouped):
    model, tree = grouped
    posterior, x = tree["posterior"], float(model.data["x"].mean())
    found = model.natural_parameters(dt=tree, population="mean")
    variance = posterior["a_1|participant_id_sigma"] ** 2 + (x * posterior["a_x|participant_id_sigma"]) ** 2
    centre = posterior["a_Intercept"] + x * posterior["a_x|participant_id_mu"]
    close(found["a"], np.exp(centre + variance / 2), FIXED_QUADRATURE)
    close(found["v"], model.natural_parameters(dt=tree)["v"])  # an identity link
    named = model.natural_parameters("participant_id", dt=tree, population="mean")
    close(named["a"], model.natural_parameters("participant_id", dt=tree)["a"])
    assert np.all(named["t"] > model.natural_parameters("participant_id", dt=tree)["t"])  # level is not named


def test_effects_with_a_mean_of_their_own():
    hyper = {"mu": {"name": "Gamma", "mu": 1.5, "sigma": 0.2}, "sigma": {"name": "Gamma", "mu": 0.6, "sigma": 0.1}}
    prior = {"1|participant_id": {"name": "Gamma", **hyper}}
    gamma_effects = {"formula": "a ~ 0 + (1|participant_id)", "link": "identity", "prior": prior}
    model, tree = with_draws(v="0 + (1|participant_id)", a=gamma_effects)
    posterior = tree["posterior"]
    median, mean = (model.natural_parameters(dt=tree, population=p, random_seed=1) for p in ("median", "mean"))
    close(median["v"], posterior["v_1|participant_id_mu"])
    mu, sigma = (posterior[f"a_1|participant_id_{key}"].values for key in ("mu", "sigma"))
    gamma = stats.gamma((mu / sigma) ** 2, scale=sigma**2 / mu)
    close(median["a"], gamma.median())
    assert np.all(np.abs(mean["a"].values - mu) < MONTE_CARLO.standard_errors * sigma / np.sqrt(N_EFFECTS))
    again = model.natural_parameters(dt=tree, population="mean", random_seed=1)
    xr.testing.assert_identical(mean, again)


def test_combinations_that_never_occurred_have_no_deviation():
    frame = hierarchical_frame()
    frame["site"] = np.where(frame["participant_id"] < 103, "north", "south")
    model = hssm.HSSM(frame, include=[{"name": "v", "formula": "v ~ 1 + (1|participant_id:site)"}])
    prior = sample_prior(model.built, N_DRAWS, np.random.default_rng(3))
    found = model.natural_parameters(["participant_id", "site"], dt=xr.DataTree.from_dict({"posterior": prior}))["v"]
    close(found.sel(participant_id=101, site="south"), prior["v_Intercept"])
    member = prior["v_1|participant_id:site"].sel({"participant_id:site__factor_dim": "101:north"})
    close(found.sel(participant_id=101, site="north"), prior["v_Intercept"] + member)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "levels"}, r"`by` names 'levels', on which no parameter depends\. Did you mean 'level'\? Columns in"),
        ({"by": ["x", "rt"]}, r"'rt', on which no parameter depends.*formulas: level, participant_id, x"),
        ({"by": {"level": ["low"]}}, r"'low' is no level of 'level'\. Did you mean 'lo'\? Levels: hi, lo, mid"),
        ({"by": {"participant_id": [99]}}, r"'99' is no level of 'participant_id'"),
        ({"by": {"x": ["a"]}}, r"'x' is a number; `by` gives \['a'\]"),
        ({"by": {"x": []}}, r"no values for 'x'"),
        ({"population": "means"}, r"`population` must be 'mean' or 'median', got 'means'\. Did you mean 'mean'"),
    ],
)
def test_what_cannot_be_asked_for(grouped, options, message):
    model, tree = grouped
    with pytest.raises(ValueError, match=message):
        model.natural_parameters(dt=tree, **options)


def test_without_draws_there_is_nothing_to_show():
    with pytest.raises(ValueError, match="no `traces` yet"):
        hssm.HSSM(hierarchical_frame(), include=INCLUDE).natural_parameters()
