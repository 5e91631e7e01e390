import numpy as np
import pytensor
import pytensor.tensor as pt

from hssm.likelihoods.floor import with_floor
from hssm.spec import Likelihood
from tests.tolerances import SAME_NUMERICS

BEYOND = [-np.inf, -1000.0, -300.0, -232.0, -230.0, -215.0, -100.0, 0.0, 10.0]
"""Log densities far below, around and above the floor at log 1e-100 = -230.26."""


def floored(floatx: str = "float64"):
    x = pt.vector("x", dtype=floatx)
    likelihood = Likelihood(
        params=("a",),
        columns=("rt", "response"),
        choices=(0, 1),
        log_density=lambda observed, theta: theta["a"],
        log_survival=lambda observed, theta: theta["a"],
    )
    with pytensor.config.change_flags(floatX=floatx):
        value = with_floor(likelihood).log_density({}, {"a": x})
        return pytensor.function([x], [value, pt.grad(value.sum(), x)])


def test_the_floor_adds_1e_100_to_the_density() -> None:
    value, slope = floored()(BEYOND)
    floor = np.log(1e-100)
    tolerance = {"rtol": SAME_NUMERICS.relative, "atol": SAME_NUMERICS.absolute}
    np.testing.assert_allclose(value, np.logaddexp(BEYOND, floor), **tolerance)
    share = np.exp(np.asarray(BEYOND) - np.logaddexp(BEYOND, floor))
    np.testing.assert_allclose(slope, share, **tolerance)


def test_densities_that_matter_are_not_moved() -> None:
    value, _ = floored()(BEYOND)
    kept = np.asarray(BEYOND) >= -215.0
    np.testing.assert_allclose(value[kept], np.asarray(BEYOND)[kept], rtol=0.0, atol=1e-6)


def test_the_floor_exists_in_single_precision() -> None:
    value, slope = floored("float32")(np.asarray(BEYOND, dtype="float32"))
    assert np.isfinite(value).all()
    assert np.isfinite(slope).all()
    assert value[0] == np.float32(np.log(1e-100))
