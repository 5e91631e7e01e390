import numpy as np
import pytest
import xarray as xr

import hssm
from hssm.diagnostics import check
from tests.inference.test_convergence import posterior, slow, tree

N_TRIALS = 50


def finding(report, name):
    return report.table.loc[name]


def test_a_good_fit_passes(default_fit):
    report = default_fit[0].diagnose()
    assert report.ok
    assert str(report).startswith("Diagnosis: good.")
    assert set(report.table["status"]) <= {"passed", "note"}
    assert set(report.table.index) >= {
        "chains",
        "stuck chains",
        "divergences",
        "tree depth",
        "energy",
        "R-hat",
        "bulk ESS",
        "tail ESS",
        "bounds",
        "prior",
        "Pareto k",
    }
    assert list(report.variables.index) == ["v", "a", "z", "t"]
    assert (report.variables["r_hat"] < 1.01).all()


def test_a_tree_serves_as_well_as_a_model(default_fit):
    with_model, with_tree = check(default_fit[0]), hssm.diagnostics.check(default_fit[0].traces)
    needs_model = ["bounds", "prior"]
    assert not set(needs_model) & set(with_tree.table.index)
    assert with_tree.table.drop(columns="advice").equals(with_model.table.drop(needs_model).drop(columns="advice"))


def test_divergences_fail_with_advice():
    report = check(tree(posterior(), diverging=8))
    assert not report.ok
    assert finding(report, "divergences")[["status", "value"]].tolist() == ["failed", 8]
    assert "target_accept" in finding(report, "divergences")["advice"]
    assert "FAIL  8 divergences (0.5 % of the draws)." in str(report)


def test_disagreeing_chains_are_named():
    dataset = posterior()
    dataset["v_1|id"][0, :, 1] += 3
    found = finding(check(tree(dataset)), "R-hat")
    assert found["status"] == "failed"
    assert found["where"] == "v_1|id[1]"


def test_few_effective_samples_are_named():
    report = check(tree(slow(posterior(), "v")))
    assert finding(report, "bulk ESS")["status"] == "failed"
    assert finding(report, "bulk ESS")["where"].startswith("v")
    assert finding(report, "bulk ESS")["limit"] == 400


def test_a_stuck_chain_and_a_single_chain():
    dataset = posterior()
    for name in dataset.data_vars:
        dataset[name][2] = 0.5
    found = finding(check(tree(dataset)), "stuck chains")
    assert found[["status", "where"]].tolist() == ["failed", "2"]
    single = check(tree(posterior(n_chains=1)))
    assert finding(single, "chains")["status"] == "failed"
    assert check(tree(posterior(n_chains=1), sampler="laplace")).ok


def with_stats(**stats):
    result = tree(posterior())
    shape = (4, posterior().sizes["draw"])
    result["sample_stats"] = xr.DataTree(
        xr.Dataset({name: (("chain", "draw"), np.broadcast_to(values, shape)) for name, values in stats.items()})
    )
    return result


@pytest.mark.parametrize("name", ["reached_max_treedepth", "maxdepth_reached"])
def test_long_trajectories_fail(name):
    reached = np.arange(posterior().sizes["draw"]) % 50 == 0
    assert finding(check(with_stats(**{name: reached})), "tree depth")["status"] == "failed"
    assert finding(check(with_stats(**{name: False})), "tree depth")["status"] == "passed"


def test_the_depth_alone_tells_too():
    depth = np.where(np.arange(posterior().sizes["draw"]) % 50 == 0, 10, 4)
    assert finding(check(with_stats(tree_depth=depth)), "tree depth")["status"] == "failed"
    assert finding(check(with_stats(tree_depth=4)), "tree depth")["status"] == "passed"


@pytest.mark.parametrize(("narrower", "status"), [(1.0, "passed"), (0.5, "failed")])
def test_an_approximation_is_judged_by_its_own_density(narrower, status):
    """Draws of a normal that is as wide as the posterior, or half as wide."""
    x = np.random.default_rng(1).normal(0, narrower, size=(4, posterior().sizes["draw"]))
    log_p, log_q = -0.5 * x**2, -0.5 * (x / narrower) ** 2 - np.log(narrower)
    report = check(with_stats(lp=log_p, log_q=log_q))
    assert finding(report, "approximation")["status"] == status
    assert report.ok == (status == "passed")
    if not report.ok:
        assert "Use sample() for conclusions" in str(report)


def test_slow_energy_fails():
    rng = np.random.default_rng(1)
    independent = rng.normal(size=(4, posterior().sizes["draw"]))
    assert finding(check(with_stats(energy=independent)), "energy")["status"] == "passed"
    wandering = independent.copy()
    wandering[1] = np.cumsum(independent[1])
    found = finding(check(with_stats(energy=wandering)), "energy")
    assert found["status"] == "failed"
    assert found["where"] == "chain 1"


def test_a_parameter_at_its_bound_is_noted(default_fit):
    model = default_fit[0]
    moved = model.traces.copy(deep=True)
    dataset = moved["posterior"].to_dataset()
    rng = np.random.default_rng(3)
    dataset["t"] = dataset["t"].copy(data=rng.exponential(0.01, dataset["t"].shape))
    moved["posterior"] = xr.DataTree(dataset)
    report = check(model, moved)
    assert finding(report, "bounds")[["status", "where"]].tolist() == ["note", "t at 0"]
    assert "note  Draws pile up at: t at 0." in str(report)


def test_omissions_and_influential_trials_are_noted():
    rng = np.random.default_rng(1)
    shape = (4, posterior().sizes["draw"], N_TRIALS)
    log_likelihood = rng.normal(-1.0, 0.1, shape)
    log_likelihood[..., 3] = -1.5 * rng.exponential(size=shape[:2])  # importance ratios with a tail of k = 1.5
    responses = np.ones((N_TRIALS, 2))
    responses[:5] = -999.0
    fitted = tree(posterior())
    fitted["log_likelihood"] = xr.DataTree(xr.Dataset({"y": (("chain", "draw", "__obs__"), log_likelihood)}))
    fitted["observed_data"] = xr.DataTree(xr.Dataset({"y": (("__obs__", "y_dim"), responses)}))
    report = check(fitted)
    assert finding(report, "omissions")[["status", "value"]].tolist() == ["note", 5]
    assert finding(report, "Pareto k")["status"] == "note"
    assert report.ok


def test_what_is_neither_model_nor_tree():
    with pytest.raises(TypeError, match="must be a DataTree"):
        check(3)
