"""The engine: what it draws does not depend on what it drew before, and failures are records."""

from __future__ import annotations

import numpy as np
import pytest

from hssm.recovery.engine import engine_of, run_one
from tests.recovery.cases import TRUE, engine, same_rows


def test_a_data_set_does_not_depend_on_the_others_nor_on_the_process() -> None:
    alone = engine(theta=TRUE)
    packed = alone.study.packed()
    assert engine_of(packed) is engine_of(packed)
    run_one(packed, 0)
    first, second = run_one(packed, 1), alone.run(1)
    assert first["failure"] is None
    assert first["dataset"] == 1
    assert same_rows(first["rows"], second["rows"])
    assert first["ranks"] == second["ranks"]


def test_truths_of_a_block_differ_and_stay() -> None:
    own = engine()
    values = [own.truth(number)["v"].item() for number in (0, 1, 50, 0)]
    assert len(set(values)) == 3
    assert values[0] == values[3]


def test_omissions_are_simulated_and_fitted() -> None:
    own = engine(theta=TRUE, hssm_kwargs={"deadline": 0.9})
    record = own.run(0)
    assert record["failure"] is None
    late = own.construction.observations.frame["rt"].to_numpy() == -999
    assert 0 < late.sum() < len(late)
    assert all(np.isfinite(row["mean"]) for row in record["rows"])


def test_a_failed_fit_is_a_record_with_its_reason() -> None:
    own = engine(theta=TRUE, sample_kwargs={"draws": 50, "tune": 50, "chains": 2, "sampler": "nonsense"})
    record = own.run(0)
    assert "nonsense" in record["failure"]
    assert record["dataset"] == 0


def test_calibrations_draw_longer_where_draws_are_dependent() -> None:
    own = engine("sbc", theta=TRUE, sample_kwargs={"draws": 40, "tune": 100, "chains": 2})
    record = own.run(0)
    assert record["draws"] > 40
    assert set(record["ranks"]) == {"v", "a", "z", "t", "log_likelihood"}
    assert all(0 <= rank <= 99 for rank in record["ranks"].values())


def test_a_calibration_without_enough_independent_draws_has_failed() -> None:
    record = engine("sbc", theta=TRUE, sample_kwargs={"draws": 5, "tune": 20, "chains": 2}).run(0)
    assert "did not mix in 40 draws" in record["failure"]


@pytest.mark.parametrize("a", [1e-4, 0.02])
def test_reaction_times_that_hardly_spread_are_fitted(a) -> None:
    """They come from the prior: chains must begin, and differ, on the scale of the spread, about a squared."""
    theta = {"v": 1.0, "a": a, "z": 0.5, "t": 1.5}
    record = engine("sbc", theta=theta, sample_kwargs={"draws": 300, "tune": 500, "chains": 2}).run(0)
    rows = {row["parameter"]: row for row in record["rows"]}
    assert rows["a"]["mean"] == pytest.approx(a, rel=0.5)
    assert rows["t"]["mean"] == pytest.approx(1.5, abs=a**2)
    assert all(row["r_hat"] < 1.05 for row in record["rows"])


@pytest.mark.parametrize("sampler", ["laplace", "pymc"])
def test_other_samplers_go_the_plain_way(sampler) -> None:
    own = engine(theta=TRUE, sample_kwargs={"draws": 50, "tune": 50, "chains": 2, "sampler": sampler})
    record = own.run(0)
    assert record["failure"] is None
    assert own._sampler is None
