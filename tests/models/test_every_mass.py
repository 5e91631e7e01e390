"""Densities are densities: total mass is one at 200 random settings of every exact model, families included.

Reaction times are integrated from nothing to a million seconds, equally finely in their logarithm; what is left is the
probability of never ending, for models whose bounds may run away.
"""

import numpy as np
import pytest

from hssm.likelihoods.assemble import assemble
from hssm.likelihoods.pointwise import evaluate_pointwise
from hssm.models.registry import get_model, list_models
from hssm.spec import Likelihood
from tests.models.points import SOLVED, random_settings
from tests.tolerances import FIXED_QUADRATURE

N_SETTINGS, N_FEW = 200, 20
FIRST, LAST, N_EDGES, N_NODES = 1e-6, 1e6, 260, 8
MOST_ROWS = 400_000
TYPICAL = ("ddm", "angle", "lnr3", "softmax_inv_temperature_3")
"""One of every kind of mathematics, at few settings; the rest is slow."""
FAMILIES = (
    *("lba5", "lba2_t", "lba3_t", "lba6_t", "racing_diffusion_2", "racing_diffusion_5"),
    *("lnr2", "lnr3", "lnr10", "wald_race2", "wald_race3", "wald_race6", "softmax_inv_temperature_5"),
)
EXACT = [name for name in list_models() if name not in SOLVED and get_model(name).likelihood().kind == "analytical"]
MODELS = (*EXACT, *FAMILIES)


def probability(likelihood: Likelihood, observed: dict, theta: dict, function: str = "log_density") -> np.ndarray:
    """Exponential of a function of the likelihood, (n_rows,)."""
    one_draw = {name: value[None, :] for name, value in theta.items()}
    return np.exp(evaluate_pointwise(likelihood, observed, one_draw, function)[0])


def panels(theta: dict[str, np.ndarray], i: int) -> np.ndarray:
    """Edges of quadrature panels for one setting: fine after either end of the non-decision time."""
    t, half = theta.get("t", np.zeros(i + 1))[i], 0.5 * theta.get("st", np.zeros(i + 1))[i]
    after = np.concatenate([[0.0], np.geomspace(FIRST, LAST, N_EDGES)])
    return np.unique(np.concatenate([start + after for start in {t - half, t + half}]))


def mass(likelihood: Likelihood, theta: dict[str, np.ndarray], n: int) -> np.ndarray:
    """Probability of any response, (n,)."""
    x, weights = np.polynomial.legendre.leggauss(N_NODES)
    rows, owners, shares = [], [], []
    for i in range(n):
        edges = panels(theta, i)
        half = 0.5 * np.diff(edges)[:, None]
        rows.append((edges[:-1, None] + half * (1.0 + x)).ravel())
        shares.append((half * weights).ravel())
        owners.append(np.full(rows[-1].size, i))
    rt, share, owner = map(np.concatenate, (rows, shares, owners))
    total = np.zeros(n)
    for piece in np.array_split(np.arange(len(rt)), len(rt) // MOST_ROWS + 1):
        here = {name: value[owner[piece]] for name, value in theta.items()}
        for choice in likelihood.choices:
            observed = {"rt": rt[piece], "response": np.full(len(piece), float(choice))}
            density = probability(likelihood, observed, here)
            total += np.bincount(owner[piece], density * share[piece], minlength=n)
    return total


def assert_one(model: str, n: int) -> None:
    spec = get_model(model)
    likelihood = assemble(spec, spec.likelihood("analytical"), floor=False)
    theta = random_settings(spec, n, seed=21)
    if spec.is_choice_only:
        choices = ({"response": np.full(n, float(choice))} for choice in spec.choices)
        total = sum(probability(likelihood, observed, theta) for observed in choices)
    else:
        late = {"rt": np.full(n, LAST), "response": np.full(n, float(spec.choices[0]))}
        total = mass(likelihood, theta, n) + probability(likelihood, late, theta, "log_survival")
    np.testing.assert_allclose(total, 1.0, rtol=0, atol=FIXED_QUADRATURE.absolute)


@pytest.mark.parametrize("model", TYPICAL)
def test_total_mass_is_one_at_a_few_settings(model: str) -> None:
    assert_one(model, N_FEW)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_total_mass_is_one_at_random_settings(model: str) -> None:
    assert_one(model, N_SETTINGS)
