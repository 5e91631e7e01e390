import numpy as np
import pytest
import xarray as xr
from scipy import stats
from scipy.special import logsumexp

from hssm.diagnostics import dic, loo, waic
from tests.tolerances import MONTE_CARLO, OTHER_ALGORITHM, SAME_NUMERICS

N_UNITS, N_DRAWS = 40, 4000


def normal_fit(seed=1):
    """Known answers: y ~ N(mu, 1) with a flat prior, so mu given y is N(mean, 1 / n)."""
    rng = np.random.default_rng(seed)
    y = rng.normal(0.3, 1.0, N_UNITS)
    mu = rng.normal(y.mean(), 1 / np.sqrt(N_UNITS), (4, N_DRAWS // 4))
    log_likelihood = stats.norm.logpdf(y, mu[..., None], 1.0)
    tree = xr.DataTree.from_dict(
        {
            "posterior": xr.Dataset({"mu": (("chain", "draw"), mu)}),
            "log_likelihood": xr.Dataset({"y": (("chain", "draw", "__obs__"), log_likelihood)}),
            "observed_data": xr.Dataset({"y": ("__obs__", y)}, coords={"__obs__": np.arange(N_UNITS)}),
            "constant_data": xr.Dataset({"person": ("__obs__", np.repeat(["b", "a"], N_UNITS // 2))}),
        }
    )
    return y, tree


def exact_loo(y):
    """Log density of each y under the posterior predictive of the others: N(mean of others, 1 + 1 / (n - 1))."""
    others = (y.sum() - y) / (N_UNITS - 1)
    return stats.norm.logpdf(y, others, np.sqrt(1 + 1 / (N_UNITS - 1)))


def test_loo_is_the_exact_score_of_a_conjugate_model():
    y, tree = normal_fit()
    score = loo(tree)
    np.testing.assert_allclose(score.elpd_i, exact_loo(y), atol=0.02)
    assert score.elpd == pytest.approx(exact_loo(y).sum(), abs=0.05)
    assert score.p == pytest.approx(1.0, abs=0.15)
    assert score.se == pytest.approx(np.sqrt(N_UNITS) * exact_loo(y).std(), rel=0.05)
    assert score.reliability.startswith("good")


def test_waic_is_near_loo():
    y, tree = normal_fit()
    assert waic(tree).elpd == pytest.approx(exact_loo(y).sum(), abs=0.1)
    assert waic(tree).p == pytest.approx(1.0, abs=0.15)


def test_leave_one_group_out_of_a_conjugate_model():
    """The score of one half of the data given the other, in closed form."""
    y, tree = normal_fit()
    score = loo(tree, by="person")
    assert score.elpd_i["unit"].values.tolist() == ["b", "a"]
    half = N_UNITS // 2
    exact = [
        stats.multivariate_normal(np.full(half, other.mean()), np.eye(half) + 1 / half).logpdf(own)
        for own, other in ((y[:half], y[half:]), (y[half:], y[:half]))
    ]
    assert score.elpd == pytest.approx(sum(exact), abs=0.5)


def test_sums_within_groups_are_exact():
    _, tree = normal_fit()
    values = tree["log_likelihood"]["y"].to_numpy().reshape(N_DRAWS, 2, -1).sum(axis=-1)
    lpd = logsumexp(values, axis=0) - np.log(N_DRAWS)
    np.testing.assert_allclose(
        waic(tree, by="person").elpd_i, lpd - values.var(axis=0, ddof=1), rtol=SAME_NUMERICS.relative
    )


def test_an_influential_trial_is_said_in_words():
    _, tree = normal_fit()
    values = tree["log_likelihood"]["y"].values
    values[..., 3] = -1.5 * np.random.default_rng(1).exponential(size=values.shape[:2])  # ratios with a tail of k = 1.5
    score = loo(tree)
    assert score.n_unreliable == 1
    assert "1 of 40 (trial) with k > 0.70" in score.reliability


def test_what_is_missing_is_named():
    _, tree = normal_fit()
    with pytest.raises(ValueError, match=r"no column 'persn'.*Did you mean 'person'.*give the model"):
        loo(tree, by="persn")
    del tree["log_likelihood"]
    with pytest.raises(ValueError, match=r"no log-likelihoods: call `model.log_likelihood\(\)`"):
        loo(tree)


def test_a_model_computes_what_its_traces_lack(simple_model):
    expected = loo(simple_model).elpd
    del simple_model.traces["log_likelihood"]
    assert loo(simple_model).elpd == pytest.approx(expected, rel=OTHER_ALGORITHM.relative)
    assert "log_likelihood" not in simple_model.traces.children
    with pytest.raises(ValueError, match=r"no column 'person'.*Columns: response, rt"):
        loo(simple_model, by="person")


def test_dic_is_twice_the_mean_deviance_less_that_at_the_mean(default_fit):
    model = default_fit[0]
    posterior = model.traces["posterior"].to_dataset()
    mean = {name: float(posterior[name].mean()) for name in ("v", "a", "z", "t")}
    at_mean = float(model.compile_logp(jacobian=False)(mean) - sum_of_priors(mean))
    deviance = -2 * float(model.traces["log_likelihood"]["rt,response"].sum("__obs__").mean())
    assert dic(model) == pytest.approx(2 * deviance + 2 * at_mean, rel=OTHER_ALGORITHM.relative)
    effective = deviance + 2 * at_mean
    assert 4 - MONTE_CARLO.standard_errors * 0.3 < effective < 4 + MONTE_CARLO.standard_errors * 0.3


def sum_of_priors(point):
    priors = {"v": stats.norm(0, 2), "a": stats.halfnorm(0, 2), "z": stats.uniform(0, 1), "t": stats.halfnorm(0, 2)}
    return sum(priors[name].logpdf(value) for name, value in point.items())


def test_dic_needs_a_model():
    with pytest.raises(TypeError, match="needs a model"):
        dic(normal_fit()[1])
