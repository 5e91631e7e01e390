"""The metric: a coordinate change of the kinetic energy, and a covariance that the posterior confirms."""

from __future__ import annotations

import numpy as np
import pytest

import hssm
from hssm.bambi_bridge.transforms import unconstrain
from hssm.inference.metric import posterior_covariance
from tests.bambi_bridge.cases import assert_same, make_frame, make_model
from tests.tolerances import FINITE_DIFFERENCE


def test_no_fit_leaves_the_step_alone() -> None:
    frame = hssm.simulate_data("ddm", {"v": 0.5, "a": 1.0, "z": 0.5, "t": 0.1}, size=20, random_state=1)
    frame = frame.assign(x=np.linspace(-1, 1, 20))
    model = hssm.HSSM(frame, include=[{"name": "v", "formula": "v ~ 0 + hsgp(x, m=4, c=1.5)"}], a=1.0, z=0.5, t=0.1)
    assert posterior_covariance(model._built, model.initvals) is None


@pytest.mark.parametrize("noncentered", ["auto", False, True])
def test_effects_move_with_the_mean_they_are_drawn_around(noncentered) -> None:
    """Against the change of variables itself: differences of the unconstrained effects in effect and mean."""
    model = make_model("1 + x + (1 + x|p)", noncentered=noncentered)
    built, start = model._built, model.initvals
    found = posterior_covariance(built, start)
    names = [rv.name for rv in built.pymc_model.free_RVs]
    assert found.shape[0] == sum(np.size(start[name]) for name in names)
    assert np.all(np.linalg.eigvalsh(found) > 0.0)
    if noncentered is True:
        return
    fit, step = built.quick_fit, 1e-5
    place, intercept = fit.places["v_1|p"], fit.places["v_Intercept"]
    moved = {
        **start,
        "v_Intercept": start["v_Intercept"] + step,
        "v_1|p": start["v_1|p"] + step,
        "v_1|p_sigma": start["v_1|p_sigma"],
    }
    slope = (unconstrain(built.pymc_model, moved)["v_1|p"] - unconstrain(built.pymc_model, start)["v_1|p"]) / step
    change = np.zeros((place.stop - place.start, len(fit.covariance)))
    change[:, intercept.start] = slope
    shifted = {**start, "v_1|p": start["v_1|p"] + step}
    own = (unconstrain(built.pymc_model, shifted)["v_1|p"] - unconstrain(built.pymc_model, start)["v_1|p"]) / step
    change[:, place] = np.diag(own)
    first = sum(np.size(start[name]) for name in names[: names.index("v_1|p")])
    block = slice(first, first + len(own))
    assert_same(found[block, block], change @ fit.covariance @ change.T, FINITE_DIFFERENCE)


def test_single_parameters_are_in_their_own_coordinates() -> None:
    model = hssm.HSSM(make_frame(), p_outlier=0.05)  # without lapses t moves by its distance to the fastest rt
    built, fit = model._built, model._built.quick_fit
    found = posterior_covariance(built, model.initvals)
    names = [rv.name for rv in built.pymc_model.free_RVs]
    order = [fit.places[name].start for name in names]
    # PyMC's own transforms of these four are the links of their bounds.
    assert_same(found, fit.covariance[np.ix_(order, order)], FINITE_DIFFERENCE)
