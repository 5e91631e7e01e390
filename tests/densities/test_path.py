"""The path to the bound that was hit: mirror images, harmless numbers."""

import numpy as np
import pytensor.tensor as pt

from hssm.densities.path import FOREVER, responded


def at(rt, response, **theta):
    observed = {"rt": pt.constant(rt), "response": pt.constant(response)}
    return responded(observed, {name: pt.constant(value) for name, value in theta.items()})


def test_responses_are_mirror_images():
    lower, upper = at(1.0, -1.0, v=0.5, a=1.5, z=0.25, t=0.25), at(1.0, 1.0, v=-0.5, a=1.5, z=0.75, t=0.25)
    for name in ("tau", "distance", "w", "wc", "drift"):
        assert getattr(lower, name).eval() == getattr(upper, name).eval()
    assert lower.inside.eval()
    assert lower.u.eval() == 0.75 / 9.0


def test_impossible_trials_get_harmless_numbers():
    early = at(0.1, 1.0, v=0.5, a=1.5, z=0.25, t=0.25)
    assert not early.inside.eval() and early.tau.eval() == 1.0
    touching = at(1.0, 1.0, v=0.5, a=0.0, z=0.25, t=0.25)
    assert not touching.valid.eval() and touching.distance.eval() == 1.0
    never = at(np.inf, 1.0, v=0.5, a=1.0, z=0.25, t=0.25)
    assert not never.finite.eval() and never.tau.eval() == FOREVER
