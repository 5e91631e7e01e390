"""Choices of races from integrals of known parts."""

import numpy as np
from scipy.stats import norm

from hssm.models.registry import get_model
from hssm.networks.above_floor import scaled
from hssm.networks.accumulators import Accumulators, single_logs
from hssm.networks.domain import training_box
from hssm.networks.race_choices import known_density, known_survivor, mills
from hssm.networks.race_recipes import RACE_RECIPES
from hssm.networks.recipe import log_sigmoid
from hssm.networks.rows import draw_vectors


def test_mills() -> None:
    x = np.linspace(0.0, 12.0, 50)
    np.testing.assert_allclose(mills(x), norm.sf(x) / norm.pdf(x), rtol=0.012)


def test_rough_parts_of_one() -> None:
    one, tau = {"v": 1.5, "a": 1.4, "z": 0.4, "theta": 0.5}, np.geomspace(0.03, 2.0, 30)
    columns = [np.full(30, value) for value in one.values()]
    exact = single_logs(dict(zip(one, columns, strict=True)), tau[:, None])[:, :, 0]
    at = scaled(*(part[:, None].astype(np.float32) for part in (*columns, tau)))
    gap = exact[0] - (np.asarray(known_density(at))[:, 0] - 2.0 * np.log(1.4))
    np.testing.assert_allclose(gap[:10], 0.0, atol=0.02)
    assert (gap > -0.1).all()
    assert (gap < 1.5).all()
    np.testing.assert_allclose(np.exp(log_sigmoid(known_survivor(at)))[:, 0], np.exp(exact[1]), atol=0.1)


def test_choices_are_nearly_known() -> None:
    spec = get_model("race_no_bias_angle_3")
    theta = draw_vectors(np.random.default_rng(2), training_box(spec), 40)
    exact = Accumulators(spec).probabilities(theta, "cpn", np.zeros((40, 1)))[:, 0]
    rows = np.stack(list(theta.values()), axis=1).astype(np.float32)
    found = np.exp(RACE_RECIPES[spec.name, "cpn"].answer(lambda features: 0.0 * features[:, :1], rows))
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-5)
    assert np.abs(found - exact).sum(axis=1).mean() < 0.05
