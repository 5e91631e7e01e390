"""Settings of a study are checked; a study goes on where it was, whatever else changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hssm
from hssm.recovery.study import entropy_of, make_study, run_study, uses_jax
from tests.recovery.cases import FEW, TRUE


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "dddm"}, "Unknown model 'dddm'.*'ddm'"),
        ({"n_trials": 0}, "n_trials"),
        ({"n_participants": 1.5}, "n_participants"),
        ({"theta": [1.0]}, "theta"),
        ({"design": [1, 2]}, "design"),
    ],
)
def test_settings_are_checked(change, message) -> None:
    settings: dict[str, Any] = {"model": "ddm", "n_trials": 20, "n_participants": 1, **change}
    with pytest.raises((ValueError, TypeError), match=message):
        make_study("recovery", **settings)


def test_several_participants_are_hierarchical_unless_formulas_say_so() -> None:
    assert "participant_id" in make_study("sbc", "ddm", 10, 4).arguments["global_formula"]
    assert (
        "global_formula" not in make_study("sbc", "ddm", 10, 4, include=[{"name": "v", "formula": "v ~ 1"}]).arguments
    )


def test_seeds() -> None:
    assert entropy_of(np.int64(3)) == 3
    assert entropy_of(np.random.default_rng(1)) == entropy_of(np.random.default_rng(1))
    for wrong in (-1, True, "seed"):
        with pytest.raises(TypeError, match="random_state"):
            entropy_of(wrong)


def test_what_runs_jax() -> None:
    assert not uses_jax(make_study("sbc", "ddm", 10, 1))
    assert uses_jax(make_study("sbc", "ddm", 10, 1, sample_kwargs={"sampler": "numpyro"}))
    assert uses_jax(make_study("sbc", "ddm", 10, 1, hssm_kwargs={"loglik": len}))


def test_it_goes_on_where_it_stopped(tmp_path) -> None:
    settings: dict[str, Any] = {"theta": TRUE, "sample_kwargs": FEW, "random_state": 4, "progressbar": False}
    settings |= {"executor": 1, "out": tmp_path / "study"}
    first = hssm.recovery.parameter_recovery("ddm", 2, 30, **settings)
    kept = {file.name: file.read_bytes() for file in (tmp_path / "study").iterdir()}
    second = hssm.recovery.parameter_recovery("ddm", 4, 30, **{**settings, "random_state": None})
    assert kept.items() <= {file.name: file.read_bytes() for file in (tmp_path / "study").iterdir()}.items()
    assert first.table.equals(second.table[second.table["dataset"] < 2])
    whole = hssm.recovery.parameter_recovery("ddm", 4, 30, **{**settings, "out": None})
    assert whole.table.equals(second.table)


def test_failures_are_counted_once() -> None:
    study = make_study("recovery", "ddm", 20, 1, theta=TRUE, sample_kwargs={"sampler": "nonsense"})
    with pytest.warns(UserWarning, match="2 data sets failed"):
        _, records = run_study(study, 2, executor=1, random_state=1, progressbar=False)
    assert all("nonsense" in record["failure"] for record in records)


@pytest.mark.slow
def test_the_number_of_workers_changes_nothing() -> None:
    settings: dict[str, Any] = {"theta": TRUE, "sample_kwargs": FEW, "random_state": 4, "progressbar": False}
    one, two = (hssm.recovery.parameter_recovery("ddm", 5, 30, executor=n, **settings) for n in (1, 2))
    assert one.table.equals(two.table)
