"""The known parts of a single accumulator leave a small remainder, and races are combined exactly."""

import jax
import numpy as np
import pytest

import hssm
from hssm.models.registry import get_model
from hssm.networks.accumulators import Accumulators, single_logs
from hssm.networks.domain import training_box
from hssm.networks.race_recipes import RACE_RECIPES, both_logs, of_one
from hssm.networks.recipe import inputs_of
from tests.tolerances import SOLVER

THETA = {"v0": 1.4, "v1": 0.5, "a": 1.3, "z": 0.3, "t": 0.25, "theta": 0.35}


def zero(features):
    return 0.0 * features[:, :1]


def test_remainder_is_small() -> None:
    spec = get_model("race_no_bias_angle_4")
    rng, source = np.random.default_rng(5), Accumulators(spec)
    rows, labels = source.rows(rng, source.vectors(rng, training_box(spec), 96), "lan")
    gap = np.abs(both_logs(of_one(rows)[1]) - labels)
    assert np.quantile(gap, 0.99) < 0.08
    assert np.mean(gap) < 0.005


def exact_single(rows):
    v, a, z, theta, tau = np.asarray(rows, dtype=float).T
    return single_logs({"v": v, "a": a, "z": z, "theta": theta}, tau[:, None])[:, :, 0].T


def test_a_race_of_exact_accumulators_is_the_model() -> None:
    rt, response = np.repeat(np.linspace(0.5, 2.0, 6), 2), np.tile([0.0, 1.0], 6)
    rows = np.stack([*(np.full(12, value) for value in THETA.values()), rt, response], axis=1)
    spec = get_model("race_no_bias_angle_2")
    lan, opn = (RACE_RECIPES[spec.name, kind] for kind in ("lan", "opn"))
    found = np.asarray(lan.combine(exact_single, rows), dtype=float)[:, 0]
    exact = hssm.log_density(spec, {"rt": rt, "response": response}, THETA)
    np.testing.assert_allclose(found, exact, atol=10 * SOLVER.absolute)
    found = np.asarray(opn.combine(exact_single, rows[:, :-1]), dtype=float)[:, 0]
    np.testing.assert_allclose(found, hssm.log_survival(spec, {"rt": rt}, THETA), atol=10 * SOLVER.absolute)


@pytest.mark.parametrize(("model", "kind"), [key for key in RACE_RECIPES if key[0][-1] in "24"])
def test_finite_everywhere(model, kind) -> None:
    spec, recipe = get_model(model), RACE_RECIPES[model, kind]
    box = training_box(spec)
    assert recipe.inputs == inputs_of(spec, kind)
    rng = np.random.default_rng(3)
    columns = [rng.uniform(low, high, 500) for low, high in box.values()]
    if kind != "cpn":
        columns.append(np.where(rng.random(500) < 0.3, rng.uniform(0, 2, 500), 10 ** rng.uniform(-4, 2, 500)))
    if kind == "lan":
        columns.append(rng.choice(spec.choices, 500))
    rows = np.stack(columns, axis=1).astype(np.float32)
    found = recipe.answer(zero, rows)
    assert found.shape == (500, len(spec.choices) if kind == "cpn" else 1)
    assert np.isfinite(found).all()
    assert np.isfinite(jax.grad(lambda x: recipe.answer(zero, x).sum())(rows)).all()


def test_nothing_before_the_non_decision_time_or_after_the_bound_is_down() -> None:
    rows = np.array([[*THETA.values(), rt, 0.0] for rt in (0.2, 5.0)], dtype=np.float32)
    found = RACE_RECIPES["race_no_bias_angle_2", "lan"].answer(zero, rows)
    assert (np.asarray(found) < -500).all()
    survivor = RACE_RECIPES["race_no_bias_angle_2", "opn"].answer(zero, rows[:, :-1])
    assert survivor[0, 0] == pytest.approx(0.0, abs=1e-6)
    assert survivor[1, 0] < -500
