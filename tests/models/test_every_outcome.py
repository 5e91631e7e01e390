"""Table x property for trials without a plain rt: what every model with a survivor must do, with a lapse.

A row of data is one outcome of a trial; the probabilities of all outcomes that could have been recorded sum to one.
"""

from functools import lru_cache

import numpy as np
import pytest

from hssm.likelihoods import outcomes as outcome
from hssm.likelihoods.assemble import Recorded, assemble
from hssm.likelihoods.lapse import P_OUTLIER, resolve_lapse
from hssm.likelihoods.pointwise import evaluate_pointwise, needed_columns
from hssm.models.registry import get_model, list_models
from hssm.spec import MISSING_CODE, Likelihood, Recording, SimulationOptions
from tests.models.points import SOLVED, random_settings
from tests.tolerances import FIXED_QUADRATURE, MONTE_CARLO, SOLVER

N_SETTINGS = 100
FIRST, N_EDGES, N_NODES = 1e-9, 140, 10
"""End of the first panel after t, as a share of the time: a density may begin like x^0.1 (poisson_race)."""
DEADLINES = (0.4, 3.0)
TYPICAL = ("ddm", "lba3")
"""A survivor that is a special function, and one that is a product; the rest is slow."""

TIMED = [
    name
    for name in list_models()
    if not get_model(name).is_choice_only and get_model(name).likelihood().kind == "analytical"
]
every_timed_model = pytest.mark.parametrize(
    "model", [name if name in TYPICAL else pytest.param(name, marks=pytest.mark.slow) for name in TIMED]
)


@lru_cache
def recorded(model: str, nogo: bool) -> Likelihood:
    """The model with a lapse, recorded with deadlines; in go/no-go designs the last choice is withheld."""
    spec = get_model(model)
    occurring = (outcome.WITHHELD,) if nogo else (outcome.OMITTED, outcome.LOST)
    recording = Recording(missing=MISSING_CODE, deadline="deadline", nogo=spec.choices[-1] if nogo else None)
    return assemble(
        spec,
        spec.likelihood(),
        lapse=resolve_lapse(),
        recorded=Recorded(recording=recording, occurring=occurring),
        floor=False,
    )


def settings(model: str, n: int = N_SETTINGS, seed: int = 11) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Random parameters with lapse probabilities, and deadlines."""
    rng = np.random.default_rng(seed)
    theta = random_settings(get_model(model), n, seed) | {P_OUTLIER: rng.uniform(0.0, 0.3, n)}
    return theta, rng.uniform(*DEADLINES, n)


def silent_rows(deadline: np.ndarray) -> dict[str, np.ndarray]:
    """Trials without a response."""
    nothing = np.full(len(deadline), MISSING_CODE)
    return {"rt": nothing, "response": nothing, "deadline": deadline}


def probability(likelihood: Likelihood, rows: dict[str, np.ndarray], theta: dict[str, np.ndarray]) -> np.ndarray:
    n = len(rows["rt"])
    rows = {"rows_alike": np.arange(n), **{name: np.broadcast_to(np.asarray(v, float), n) for name, v in rows.items()}}
    observed = {name: rows[name] for name in needed_columns(likelihood)}
    return np.exp(evaluate_pointwise(likelihood, observed, {k: v[None, :] for k, v in theta.items()})[0])


def observed_mass(likelihood: Likelihood, theta: dict[str, np.ndarray], deadline: np.ndarray) -> dict[int, np.ndarray]:
    """Probability of every choice before the deadline, by quadrature of its density; (n_settings,) each."""
    n = len(deadline)
    start = theta.get("t", np.zeros(n)) - 0.5 * theta.get("st", np.zeros(n))
    start = np.clip(start, 0.0, deadline)
    after = np.concatenate([[0.0], np.geomspace(FIRST, 1.0, N_EDGES)])
    edges = np.column_stack([np.zeros(n), start[:, None] + (deadline - start)[:, None] * after])
    x, weights = np.polynomial.legendre.leggauss(N_NODES)
    half = 0.5 * np.diff(edges, axis=1)[..., None]
    nodes = edges[:, :-1, None] + half * (1.0 + x)
    repeated = {name: np.repeat(value, nodes[0].size) for name, value in theta.items()}
    mass = {}
    for choice in likelihood.choices:
        rows = {"rt": nodes.ravel(), "response": choice, "deadline": np.repeat(deadline, nodes[0].size)}
        density = probability(likelihood, rows, repeated).reshape(nodes.shape)
        mass[choice] = (density * half * weights).sum(axis=(1, 2))
    return mass


def assert_one(model: str, total: np.ndarray) -> None:
    tolerance = SOLVER if model in SOLVED else FIXED_QUADRATURE
    np.testing.assert_allclose(total, 1.0, rtol=0, atol=tolerance.absolute)


@every_timed_model
def test_densities_and_omissions_sum_to_one(model: str) -> None:
    likelihood, (theta, deadline) = recorded(model, nogo=False), settings(model)
    omitted = probability(
        likelihood, {"rt": MISSING_CODE * np.ones(N_SETTINGS), "response": -999, "deadline": deadline}, theta
    )
    assert_one(model, sum(observed_mass(likelihood, theta, deadline).values()) + omitted)


@every_timed_model
def test_lost_rts_have_the_probability_of_their_choice(model: str) -> None:
    """All choices and never responding sum to one; a late deadline is nearly none."""
    likelihood, (theta, _) = recorded(model, nogo=False), settings(model)
    lost = {"rt": MISSING_CODE * np.ones(N_SETTINGS), "deadline": np.inf}
    total = sum(probability(likelihood, {**lost, "response": choice}, theta) for choice in likelihood.choices)
    never = probability(likelihood, {**lost, "response": -999, "deadline": 1e12}, theta)
    assert_one(model, total + never)


@every_timed_model
def test_densities_and_withheld_responses_sum_to_one(model: str) -> None:
    likelihood, (theta, deadline) = recorded(model, nogo=True), settings(model)
    mass = observed_mass(likelihood, theta, deadline)
    withheld = probability(
        likelihood, {"rt": MISSING_CODE * np.ones(N_SETTINGS), "response": -999, "deadline": deadline}, theta
    )
    assert_one(model, sum(mass[choice] for choice in likelihood.choices[:-1]) + withheld)


@every_timed_model
def test_simulated_omissions_are_as_frequent_as_they_should_be(model: str) -> None:
    n = 20_000
    theta, deadline = settings(model, n=4, seed=5)
    for nogo in (False, True):
        likelihood = recorded(model, nogo=nogo)
        expected = probability(likelihood, silent_rows(deadline), theta)
        for i in range(4):
            options = SimulationOptions(covariates={"deadline": np.full(n, deadline[i])})
            drawn = likelihood.simulate(
                np.random.default_rng(i), {k: np.full(n, v[i]) for k, v in theta.items()}, options
            )
            silent = drawn[:, 0] == MISSING_CODE
            assert (drawn[silent, 1] == MISSING_CODE).all()
            assert (drawn[~silent, 0] < deadline[i]).all()
            assert (drawn[:, 2] == deadline[i]).all()
            error = np.sqrt(expected[i] * (1 - expected[i]) / n)
            assert abs(silent.mean() - expected[i]) <= MONTE_CARLO.standard_errors * error + 1 / n
