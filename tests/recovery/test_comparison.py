"""Rows and ranks from draws that are known."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import hssm
from hssm.recovery.comparison import N_RANKS, compare, least_ess, rank_statistics
from tests.fitted import simple_frame


def dataset(**values: np.ndarray) -> xr.Dataset:
    dims = ("chain", "draw", "p__factor_dim")
    return xr.Dataset(
        {name.replace("__", "|"): (dims[: array.ndim], array) for name, array in values.items()},
        coords={"p__factor_dim": ["s1", "s2"]},
    )


def test_a_row_per_number(rng) -> None:
    draws = rng.normal(size=(2, 500))
    effects = rng.normal(size=(2, 500, 2))
    posterior = dataset(v=draws, v_1__p=effects, v_1__p_offset=effects, a_Intercept_natural=draws, b_natural=draws)
    truth = dataset(
        v=np.array([[5.0]]),
        v_1__p=np.zeros((1, 1, 2)),
        v_1__p_offset=np.zeros((1, 1, 2)),
        a_Intercept_natural=np.array([[0.0]]),
        b_natural=np.array([[0.0]]),
    )
    rows = compare(posterior, truth)
    assert [(row["parameter"], row["level"]) for row in rows] == [
        ("v", ""),
        ("v_1|p", "s1"),
        ("v_1|p", "s2"),
        ("a_Intercept_natural", ""),
    ]
    assert rows[0]["true"] == 5.0
    assert rows[0]["mean"] == pytest.approx(draws.mean())
    assert rows[2]["sd"] == pytest.approx(effects[..., 1].std(ddof=1))
    assert (rows[0]["lower"], rows[0]["upper"]) == pytest.approx(tuple(np.quantile(draws, [0.025, 0.975])))
    assert least_ess(posterior) > 500


def test_ranks_count_the_thinned_draws_below(rng) -> None:
    model = hssm.HSSM(simple_frame(), p_outlier=0)
    n = 10 * N_RANKS
    posterior = xr.Dataset(
        {
            "v": (("chain", "draw"), np.linspace(0, 1, n)[None]),
            "a": (("chain", "draw"), np.full((1, n), 1.5)),
            "z": (("chain", "draw"), np.full((1, n), 0.5)),
            "t": (("chain", "draw"), np.full((1, n), 0.1)),
        }
    )
    truth = xr.Dataset(
        {name: (("chain", "draw"), [[value]]) for name, value in dict(v=0.25, a=2.0, z=0.1, t=0.1).items()}
    )
    ranks = rank_statistics(model.built, posterior, truth, rng)
    assert ranks["v"] == 25
    assert ranks["a"] == N_RANKS
    assert ranks["z"] == 0
    places = np.linspace(0, n - 1, N_RANKS).round().astype(int)
    rest = {"a": 1.5, "z": 0.5, "t": 0.1}
    density = [hssm.log_density("ddm", model.data, {"v": places[i] / (n - 1), **rest}).sum() for i in range(N_RANKS)]
    at_truth = hssm.log_density("ddm", model.data, {"v": 0.25, "a": 2.0, "z": 0.1, "t": 0.1}).sum()
    assert ranks["log_likelihood"] == np.sum(np.asarray(density) < at_truth)
    nearer = truth.assign(a=posterior["a"][:, :1], z=posterior["z"][:, :1])
    at_truth = hssm.log_density("ddm", model.data, {"v": 0.25, **rest}).sum()
    found = rank_statistics(model.built, posterior, nearer, rng)["log_likelihood"]
    assert found == np.sum(np.asarray(density) < at_truth)
    assert 0 < found < N_RANKS


def test_a_log_likelihood_that_is_always_the_same_has_any_rank(rng) -> None:
    """As with omissions that are certain: no draw is more likely than another."""
    model = hssm.HSSM(simple_frame(), p_outlier=0)
    draws = {"v": 0.0, "a": 1.0, "z": 0.5, "t": 0.1}
    posterior = xr.Dataset({name: (("chain", "draw"), np.full((1, 200), value)) for name, value in draws.items()})
    truth = posterior.isel(draw=[0])
    ranks = [rank_statistics(model.built, posterior, truth, rng)["log_likelihood"] for _ in range(50)]
    assert 0 <= min(ranks) < 25 and 75 < max(ranks) <= N_RANKS
