import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.likelihoods.lapse import log_mixture, resolve_lapse, with_lapse
from hssm.spec import Likelihood, SimulationOptions
from tests.tolerances import MONTE_CARLO, SAME_NUMERICS

F, S, CDF = 0.3, 0.4, 0.25
RT, P = 1.5, 0.2


def simulate(rng, theta, options):
    assert "p_outlier" not in theta
    return np.column_stack([np.full(len(theta["v"]), 0.01), np.ones(len(theta["v"]))])


def rt_and_choice(choices=(0, 1, 2)) -> Likelihood:
    return Likelihood(
        params=("v",),
        columns=("rt", "response"),
        choices=choices,
        log_density=lambda observed, theta: np.log(F) + 0 * theta["v"] + 0 * observed["rt"],
        log_survival=lambda observed, theta: np.log(S) + 0 * theta["v"],
        log_cdf=lambda observed, theta: np.log(CDF) + 0 * theta["v"],
        simulate=simulate,
    )


def probability(function, **theta: float) -> float:
    symbols = {name: pt.scalar(name) for name in theta}
    observed = {"rt": pt.constant(np.array(RT)), "response": pt.constant(1.0)}
    return float(np.exp(pytensor.function(list(symbols.values()), function(observed, symbols))(*theta.values())))


def test_the_formulas_of_every_outcome() -> None:
    mixed = with_lapse(rt_and_choice(), resolve_lapse())
    n, g, below = 3, 1 / 20, RT / 20
    close = {"rel": SAME_NUMERICS.relative}
    assert mixed.params == ("v", "p_outlier")
    assert probability(mixed.log_density, v=0.0, p_outlier=P) == pytest.approx((1 - P) * F + P * g / n, **close)
    assert probability(mixed.log_cdf, v=0.0, p_outlier=P) == pytest.approx((1 - P) * CDF + P * below / n, **close)
    assert probability(mixed.log_survival, v=0.0, p_outlier=P) == pytest.approx((1 - P) * S + P * (1 - below), **close)


def test_choice_only_lapses_are_uniform_choices() -> None:
    choice_only = Likelihood(
        params=("v",), columns=("response",), choices=(0, 1), log_density=lambda observed, theta: np.log(F) + theta["v"]
    )
    mixed = with_lapse(choice_only, resolve_lapse())
    assert mixed.log_survival is None
    assert mixed.simulate is None
    expected = pytest.approx((1 - P) * F + P / 2, rel=SAME_NUMERICS.relative)
    assert probability(mixed.log_density, v=0.0, p_outlier=P) == expected


EXTREME = [-np.inf, -800.0, -40.0, 0.0, 30.0]


def mixture(p: float):
    x, y, share = pt.vector("x"), pt.vector("y"), pt.scalar("p")
    value = log_mixture(x, y, share)
    function = pytensor.function([x, y, share], [value, *pt.grad(value.sum(), [x, y, share])])
    xs, ys = (grid.ravel() for grid in np.meshgrid(EXTREME, EXTREME))
    return xs, ys, function(xs, ys, p)


@pytest.mark.parametrize("p", [0.0, 1e-300, 1e-3, 0.5, 0.999, 1.0])
def test_the_mixture_is_right_in_the_tails_and_has_no_nan(p: float) -> None:
    xs, ys, (value, *slopes) = mixture(p)
    with np.errstate(divide="ignore"):
        expected = np.logaddexp(np.log1p(-p) + xs, np.log(p) + ys)
    possible = np.isfinite(value)
    # Where one term is certain by p and the other is larger by e^745, the difference underflows to log zero.
    tolerance = {"rtol": SAME_NUMERICS.relative, "atol": SAME_NUMERICS.absolute}
    np.testing.assert_allclose(value[possible], expected[possible], **tolerance)
    assert (expected[~possible] < -700.0).all()
    assert not any(np.isnan(slope).any() for slope in slopes)


def test_the_derivative_at_p_zero_is_the_one_sided_one() -> None:
    x, y, p = pt.scalar("x"), pt.scalar("y"), pt.scalar("p")
    slope = pytensor.function([x, y, p], pt.grad(log_mixture(x, y, p), p))
    assert slope(-1.0, -3.0, 0.0) == pytest.approx(np.exp(-2.0) - 1.0, rel=SAME_NUMERICS.relative)
    assert slope(-3.0, -1.0, 0.0) == pytest.approx(np.exp(2.0) - 1.0, rel=SAME_NUMERICS.relative)


@pytest.mark.parametrize("p", [-0.1, 1.1, np.nan])
def test_outside_its_range_p_gives_log_zero(p: float) -> None:
    _, _, (value, *slopes) = mixture(p)
    assert (value == -np.inf).all()
    assert not any(np.isnan(slope).any() for slope in slopes)


def test_simulated_lapses_are_draws_of_g_with_a_uniform_choice() -> None:
    n = 20_000
    draw = with_lapse(rt_and_choice(), resolve_lapse()).simulate
    theta = {"v": np.zeros(n), "p_outlier": np.repeat([0.0, P], n // 2)}
    rows = draw(np.random.default_rng(11), theta, SimulationOptions())
    assert (rows[: n // 2] == [0.01, 1.0]).all()
    is_lapse = rows[n // 2 :, 0] != 0.01
    limit = MONTE_CARLO.standard_errors
    assert abs(is_lapse.mean() - P) < limit * np.sqrt(P * (1 - P) / (n / 2))
    lapses = rows[n // 2 :][is_lapse]
    assert abs(lapses[:, 0].mean() - 10.0) < limit * 20.0 / np.sqrt(12 * len(lapses))
    for choice in (0, 1, 2):
        assert abs((lapses[:, 1] == choice).mean() - 1 / 3) < limit * np.sqrt(2 / 9 / len(lapses))
