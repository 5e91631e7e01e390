from dataclasses import replace

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.densities.wiener import DDM
from hssm.likelihoods.integrals import with_integrals
from hssm.spec import Likelihood
from tests.tolerances import FIXED_QUADRATURE, QUADRATURE_SLOPE

NAMES = ("v", "a", "z", "t")
BARE = Likelihood(params=NAMES, columns=("rt", "response"), choices=(-1, 1), log_density=DDM.log_density)
N = 300


@pytest.fixture(scope="module")
def values() -> dict[str, np.ndarray]:
    """Exact and integrated probabilities of the diffusion model, and slopes, at random settings and times."""
    rng = np.random.default_rng(1)
    rt = np.where(rng.random(N) < 0.3, np.inf, rng.uniform(0.2, 3, N))
    theta = [rng.normal(0, 2, N), rng.uniform(0.3, 2.5, N), rng.uniform(0.1, 0.9, N), rng.uniform(0, 0.5, N)]
    columns, symbols = [pt.vector("rt"), pt.vector("response")], [pt.vector(name) for name in NAMES]
    observed, named = dict(zip(BARE.columns, columns, strict=True)), dict(zip(NAMES, symbols, strict=True))
    integrated = with_integrals(BARE)
    outputs = {
        "exact": DDM.log_cdf(observed, named),
        "cdf": integrated.log_cdf(observed, named),
        "exact survivor": DDM.log_survival(observed, named),
        "survivor": integrated.log_survival(observed, named),
    }
    outputs |= {f"{k} slope {n}": pt.grad(outputs[k].sum(), x) for k in ("exact", "cdf") for n, x in named.items()}
    function = pytensor.function([*columns, *symbols], list(outputs.values()))
    return dict(zip(outputs, function(rt, rng.choice([-1.0, 1.0], N), *theta), strict=True))


def test_distribution_function_and_survivor_are_accurate(values) -> None:
    tolerance = FIXED_QUADRATURE.absolute
    np.testing.assert_allclose(np.exp(values["cdf"]), np.exp(values["exact"]), rtol=0, atol=tolerance)
    np.testing.assert_allclose(np.exp(values["survivor"]), np.exp(values["exact survivor"]), rtol=0, atol=tolerance)


@pytest.mark.parametrize("name", NAMES)
def test_slopes_are_accurate_where_it_matters(values, name) -> None:
    likely = values["exact"] > -10
    exact, integrated = (values[f"{kind} slope {name}"][likely] for kind in ("exact", "cdf"))
    np.testing.assert_allclose(integrated, exact, rtol=QUADRATURE_SLOPE.relative, atol=QUADRATURE_SLOPE.absolute)


def test_a_density_that_fails_before_its_start_counts_as_zero_there() -> None:
    def log_density(observed, theta):
        return pt.log(observed["rt"] - 0.3) - observed["rt"]  # NaN before 0.3

    gamma = replace(BARE, params=(), log_density=log_density)
    observed = {"rt": pt.constant(np.array([1.0, 5.0])), "response": pt.constant(np.array([1.0, 1.0]))}
    tau = np.array([0.7, 4.7])
    expected = np.exp(-0.3) * (1.0 - (1.0 + tau) * np.exp(-tau))
    integrated = np.exp(with_integrals(gamma).log_cdf(observed, {}).eval())
    np.testing.assert_allclose(integrated, expected, rtol=QUADRATURE_SLOPE.relative)


def test_what_a_model_knows_is_kept() -> None:
    known = replace(BARE, log_cdf=DDM.log_cdf, log_survival=DDM.log_survival)
    assert with_integrals(known) is known
    assert with_integrals(replace(BARE, log_cdf=DDM.log_cdf)).log_cdf is DDM.log_cdf
    choice_only = replace(BARE, columns=("response",))
    assert with_integrals(choice_only) is choice_only
