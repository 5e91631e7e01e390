"""Linear predictors: the value inside the PyMC model against NumPy that knows only the formula.

Also that the ways to sample group effects describe one model: their densities differ by a Jacobian and no more.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from hssm.likelihoods.pointwise import evaluate_pointwise
from tests.bambi_bridge.cases import N_DRAWS, assert_same, log_density, make_frame, make_model, one, sampled_point
from tests.bambi_bridge.cases import reported as as_reported
from tests.tolerances import OTHER_ALGORITHM

FRAME = make_frame()
X, W, G = FRAME["x"].to_numpy(), FRAME["w"].to_numpy(), FRAME["g"].to_numpy()
P, Q = FRAME["p"].to_numpy(), FRAME["q"].to_numpy()
Q_INDEX = np.searchsorted(["east", "north", "south", "west"], Q)
DUMMY = (G[:, None] == np.array(["a", "b", "c"])).astype(float)


def outer(coefficient, column):
    return np.asarray(coefficient)[:, None] * column


def intercept(d):
    return outer(d["v_Intercept"], np.ones(len(X)))


# Each value is written from what the results report: coefficients at predictors 0, deviations of groups.
COMMON = {
    "1": intercept,
    "1 + x": lambda d: intercept(d) + outer(d["v_x"], X),
    "0 + x": lambda d: outer(d["v_x"], X),
    "1 + x + w": lambda d: intercept(d) + outer(d["v_x"], X) + outer(d["v_w"], W),
    "1 + g": lambda d: intercept(d) + d["v_g"] @ DUMMY[:, 1:].T,
    "0 + g": lambda d: d["v_g"] @ DUMMY.T,
    "0 + g + x": lambda d: d["v_g"] @ DUMMY.T + outer(d["v_x"], X),
    "1 + x*w": lambda d: intercept(d) + outer(d["v_x"], X) + outer(d["v_w"], W) + outer(d["v_x:w"], X * W),
    "1 + x:g": lambda d: intercept(d) + d["v_x:g"] @ (DUMMY * X[:, None]).T,
    "1 + g*x": lambda d: (
        intercept(d) + d["v_g"] @ DUMMY[:, 1:].T + outer(d["v_x"], X) + d["v_g:x"] @ (DUMMY[:, 1:] * X[:, None]).T
    ),
    "1 + x + offset(w)": lambda d: intercept(d) + outer(d["v_x"], X) + W,
    "0 + offset(w) + x": lambda d: outer(d["v_x"], X) + W,
    "1 + np.exp(x)": lambda d: intercept(d) + outer(d["v_np.exp(x)"], np.exp(X)),
    "1 + C(g, Sum)": lambda d: (
        intercept(d) + d["v_C(g, Sum)"] @ np.where(G[:, None] == "c", -1.0, (G[:, None] == ["a", "b"]) * 1.0).T
    ),
    "1 + square(x)": lambda d: intercept(d) + outer(d["v_square(x)"], X**2),
    "1 + center(w)": lambda d: intercept(d) + outer(d["v_center(w)"], W - W.mean()),
    "1 + {x + w}": lambda d: intercept(d) + outer(d["v_I(x + w)"], X + W),
}

GROUPS = {
    "1 + (1|p)": lambda d: intercept(d) + d["v_1|p"][:, P],
    "1 + x + (1 + x|p)": lambda d: intercept(d) + outer(d["v_x"], X) + d["v_1|p"][:, P] + d["v_x|p"][:, P] * X,
    "1 + x + (0 + x|p)": lambda d: intercept(d) + outer(d["v_x"], X) + d["v_x|p"][:, P] * X,
    "1 + (1|p) + (1|q)": lambda d: intercept(d) + d["v_1|p"][:, P] + d["v_1|q"][:, Q_INDEX],
    "1 + (1|p:q)": lambda d: intercept(d) + d["v_1|p:q"][:, P * 4 + Q_INDEX],
    "0 + (1|p)": lambda d: d["v_1|p"][:, P],
    "0 + (0 + x|p)": lambda d: d["v_x|p"][:, P] * X,
    "1 + g + (g|p)": lambda d: (
        intercept(d) + d["v_g"] @ DUMMY[:, 1:].T + d["v_1|p"][:, P] + (d["v_g|p"][:, P] * DUMMY[:, 1:]).sum(-1)
    ),
    "0 + g + (0 + g|p)": lambda d: d["v_g"] @ DUMMY.T + (d["v_g|p"][:, P] * DUMMY).sum(-1),
    "0 + (0 + g|p)": lambda d: (d["v_g|p"][:, P] * DUMMY).sum(-1),
    "1 + x + offset(w) + (x|p)": lambda d: (
        intercept(d) + outer(d["v_x"], X) + W + d["v_1|p"][:, P] + d["v_x|p"][:, P] * X
    ),
}


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("formula", sorted(COMMON))
def test_common_terms(formula: str, center: bool) -> None:
    built = make_model(formula, center_predictors=center, extra_namespace={"square": np.square})._built
    point, values = sampled_point(built)
    draws = as_reported(built, point)
    assert_same(values, COMMON[formula](draws))
    assert_same(built.predictors["v"].value(draws) + np.zeros_like(values), values)


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("noncentered", [True, False])
@pytest.mark.parametrize("formula", sorted(GROUPS))
def test_group_terms(formula: str, noncentered: bool, center: bool) -> None:
    built = make_model(formula, noncentered=noncentered, center_predictors=center)._built
    point, values = sampled_point(built)
    draws = as_reported(built, point)
    assert_same(values, GROUPS[formula](draws))
    assert_same(built.predictors["v"].value(draws), values)
    assert values.shape == (N_DRAWS, len(FRAME))


def test_the_intercept_prior_refers_to_the_means_of_the_predictors_only_if_centred() -> None:
    for center in (True, False):
        built = make_model("1 + w", center_predictors=center)._built
        point, values = sampled_point(built)
        reference = W.mean() if center else 0.0
        assert_same(values, intercept(point) + outer(point["v_w"], W - reference))


def test_fixed_levels_of_a_word() -> None:
    for formula, given in (("0 + g", 0.3), ("0 + g", [0.1, 0.2, 0.3])):
        built = make_model(formula, prior={"g": given})._built
        point, values = sampled_point(built)
        assert_same(values, np.tile(DUMMY @ np.broadcast_to(given, 3), (N_DRAWS, 1)))
        assert_same(built.predictors["v"].value(point), values[:1])


def test_fixed_coefficients_are_no_variables() -> None:
    for center in (True, False):
        slope = make_model("1 + x", prior={"x": 0.25}, center_predictors=center)._built
        point, values = sampled_point(slope)
        assert "v_x" not in point
        draws = as_reported(slope, point)
        assert_same(values, intercept(draws) + 0.25 * X)
        assert_same(slope.predictors["v"].value(draws), values)
        fixed = make_model("1 + x + (1|p)", prior={"Intercept": 0.5}, center_predictors=center, noncentered=False)
        point, values = sampled_point(fixed._built)
        draws = as_reported(fixed._built, point)
        assert "v_Intercept" not in draws
        assert_same(values, 0.5 + outer(draws["v_x"], X) + draws["v_1|p"][:, P])
        assert_same(fixed._built.predictors["v"].value(draws), values)


def test_links() -> None:
    cases = {
        ("a", "log"): np.exp,
        ("a", "identity"): lambda eta: eta,
        ("z", "logit"): special.expit,
        ("t", "log"): np.exp,
    }
    for (name, link), inverse in cases.items():
        built = make_model("1 + x + (1|p)", name, link=link, noncentered=False)._built
        point, values = sampled_point(built, name)
        draws = as_reported(built, point, name)
        eta = outer(draws[f"{name}_Intercept"], 1.0) + outer(draws[f"{name}_x"], X) + draws[f"{name}_1|p"][:, P]
        assert_same(values, inverse(eta))
        assert_same(built.predictors[name].value(draws), values)


def test_gen_logit_of_given_bounds() -> None:
    import hssm

    entry = {"name": "a", "formula": "a ~ 1 + x", "bounds": (0.5, 3.0)}
    built = hssm.HSSM(make_frame(), include=[entry], p_outlier=None)._built
    assert built.predictors["a"].param.link.name == "gen_logit"
    point, values = sampled_point(built, "a")
    draws = as_reported(built, point, "a")
    eta = outer(draws["a_Intercept"], 1.0) + outer(draws["a_x"], X)
    assert_same(values, 0.5 + 2.5 / (1 + np.exp(-eta)))
    assert_same(built.predictors["a"].value(draws), values)


# ---------------------------------------------------------------------- smooth terms


def eigenfunctions(x: np.ndarray, m: int, c: float) -> tuple[np.ndarray, np.ndarray]:
    """Eigenfunctions and root eigenvalues on [-L, L] around the middle of x, L = c max|x - mean| as in Bambi.

    Riutort-Mayol, G., Buerkner, P.-C., Andersen, M. R., Solin, A., & Vehtari, A. (2023). Practical Hilbert space
    approximate Bayesian Gaussian processes for probabilistic programming. Statistics and Computing, 33, 17.
    """
    half_width = c * np.abs(x - x.mean()).max()
    root = np.pi * np.arange(1, m + 1) / (2 * half_width)
    around = x - (x.max() + x.min()) / 2
    return np.sin(root * (around[:, None] + half_width)) / np.sqrt(half_width), root


def spectral_density(root: np.ndarray, sigma: float, ell: float) -> np.ndarray:
    return sigma**2 * np.sqrt(2 * np.pi) * ell * np.exp(-0.5 * (ell * root) ** 2)


def test_hsgp_is_the_basis_of_eigenfunctions() -> None:
    built = make_model("1 + hsgp(x, m=5, c=1.5, scale=False)")._built
    point, values = sampled_point(built)
    assert_same(built.predictors["v"].value(point), values)
    name = "v_hsgp(x, m=5, c=1.5, scale=False)"
    basis, root = eigenfunctions(X, 5, 1.5)
    for i in range(N_DRAWS):
        scale = np.sqrt(spectral_density(root, point[f"{name}_sigma"][i], point[f"{name}_ell"][i]))
        expected = point["v_Intercept"][i] + basis @ (scale * point[f"{name}_weights_raw"][i])
        assert_same(values[i], expected, OTHER_ALGORITHM)


def test_hsgp_by_level_adds_the_function_of_the_trials_level() -> None:
    built = make_model("1 + x + hsgp(w, by=g, m=4, c=1.5)")._built
    point, values = sampled_point(built)
    draws = as_reported(built, point)
    assert_same(built.predictors["v"].value(draws), values)
    # Other levels' weights must not matter.
    name = "v_hsgp(w, by=g, m=4, c=1.5)_weights"
    changed = draws[name].copy()
    changed[..., 1] += 1.0
    moved = np.abs(built.predictors["v"].value({**draws, name: changed}) - values) > OTHER_ALGORITHM.absolute
    np.testing.assert_array_equal(moved, np.broadcast_to(G == "b", moved.shape))


# ---------------------------------------------------------------------- one model, several ways to sample it


def effects(point, term, mean):
    """The point of a centred model that equals a non-centred one."""
    changed = {key: value for key, value in point.items() if key != f"{term}_offset"}
    return changed | {term: mean + point[f"{term}_sigma"] * point[f"{term}_offset"]}


def normal_at(point: dict, name: str, sd: float, mean: float = 0.0) -> float:
    return float(stats.norm(mean, sd).logpdf(point[name]).sum())


@pytest.fixture(scope="module")
def crossed() -> dict:
    """Log densities of one model with two crossed factors, by who carries the mean; None: nobody (non-centred)."""
    models = {
        None: make_model("1 + (1|p) + (1|q)", noncentered=True),
        "p": make_model("1 + (1|p) + (1|q)", noncentered=False),
        "q": make_model("1 + (1|q) + (1|p)", noncentered=False),
    }
    densities = {key: log_density(model.pymc_model) for key, model in models.items()}
    return {"models": models, "log_density": densities}


def test_of_two_crossed_factors_the_first_carries_the_mean(crossed: dict) -> None:
    found = {key: dict(model._built.predictors["v"].means) for key, model in crossed["models"].items()}
    assert found == {None: {}, "p": {"1|p": "Intercept"}, "q": {"1|q": "Intercept"}}


def test_carrying_the_mean_changes_the_density_by_nothing(crossed: dict) -> None:
    """Effects around a mean have the density of zero-mean deviations; offsets that times the scale per group."""
    points, _ = sampled_point(crossed["models"][None]._built, seed=9)
    for draw in range(N_DRAWS):
        point = one(points, draw)
        deviations = {term: point[f"{term}_sigma"] * point[f"{term}_offset"] for term in ("v_1|p", "v_1|q")}
        mean = point["v_Intercept"]
        around_p = {**point, **deviations, "v_1|p": mean + deviations["v_1|p"]}
        around_q = {**point, **deviations, "v_1|q": mean + deviations["v_1|q"]}
        by_p, by_q = crossed["log_density"]["p"](around_p), crossed["log_density"]["q"](around_q)
        assert_same(by_p, by_q)
        jacobian = 6 * np.log(point["v_1|p_sigma"]) + 4 * np.log(point["v_1|q_sigma"])
        assert_same(crossed["log_density"][None](point), by_p + jacobian)


@pytest.mark.parametrize("center", [True, False])
def test_slopes_around_their_mean_differ_from_offsets_by_the_jacobian(center: bool) -> None:
    options = {"center_predictors": center, "link": "log"}
    formula = "1 + w + g + (w + g|p)"
    around = make_model(formula, "a", noncentered=False, **options)
    offsets = make_model(formula, "a", noncentered=True, **options)
    assert dict(around._built.predictors["a"].means) == {"1|p": "Intercept", "w|p": "w", "g|p": "g"}
    of_effects, of_offsets = log_density(around.pymc_model), log_density(offsets.pymc_model)
    point = one(sampled_point(offsets._built, "a")[0])
    moved, jacobian = dict(point), 0.0
    for term, mean, n_groups in (("a_1|p", "a_Intercept", 6), ("a_w|p", "a_w", 6), ("a_g|p", "a_g", 6)):
        moved = effects(moved, term, moved[mean])
        jacobian += n_groups * np.log(point[f"{term}_sigma"]).sum()
    assert_same(of_offsets(point), of_effects(moved) + jacobian)


def test_a_free_group_mean_differs_from_offsets_by_the_jacobian() -> None:
    around, offsets = (make_model("0 + (1|p)", noncentered=value) for value in (False, True))
    point = one(sampled_point(offsets._built)[0])
    moved = effects(point, "v_1|p", point["v_1|p_mu"])
    expected = log_density(around.pymc_model)(moved) + 6 * np.log(point["v_1|p_sigma"])
    assert_same(log_density(offsets.pymc_model)(point), expected)


def test_the_joint_density_is_priors_times_likelihood() -> None:
    prior = {
        "Intercept": {"name": "Normal", "mu": 0.5, "sigma": 2.0},
        "x": {"name": "Normal", "mu": 0.0, "sigma": 0.7},
        "1|p": {"name": "Normal", "mu": 0.0, "sigma": {"name": "HalfNormal", "sigma": 0.4}},
    }
    model = make_model(
        "1 + x + (1|p)",
        prior=prior,
        noncentered=False,
        a={"name": "Gamma", "mu": 1.4, "sigma": 0.4},
        z={"name": "Beta", "alpha": 8.0, "beta": 9.0},
        t=0.3,
    )
    built = model._built
    points, values = sampled_point(built)
    evaluate = log_density(model.pymc_model)
    observed = {name: FRAME[name].to_numpy(dtype=float) for name in ("rt", "response")}
    theta = {"v": values, "a": points["a"][:, None], "z": points["z"][:, None], "t": np.array([[0.3]])}
    likelihood = evaluate_pointwise(built.likelihood, observed, theta).sum(axis=1)
    for draw in range(N_DRAWS):
        point = one(points, draw)
        expected = likelihood[draw] + normal_at(point, "v_Intercept", 2.0, 0.5) + normal_at(point, "v_x", 0.7)
        expected += normal_at(point, "v_1|p", point["v_1|p_sigma"], point["v_Intercept"])
        expected += stats.halfnorm(scale=0.4).logpdf(point["v_1|p_sigma"])
        expected += stats.gamma((1.4 / 0.4) ** 2, scale=0.4**2 / 1.4).logpdf(point["a"])
        expected += stats.beta(8.0, 9.0).logpdf(point["z"])
        assert_same(evaluate(point), expected, OTHER_ALGORITHM)
