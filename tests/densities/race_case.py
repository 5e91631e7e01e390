"""What the tests of the races share: compiled functions, tables of reference values, and a check per property."""

from functools import cache

import numpy as np
import pytensor
import pytensor.tensor as pt
from hypothesis import strategies as st

from hssm.spec import Density, Reference
from tests.densities.compare import assert_close, columns, reference
from tests.tolerances import CLOSED_FORM, RACE_CDF, RACE_GRADIENT

KINDS = ("log_density", "log_cdf", "log_survival")
TO_A_LINE = ("v0", "v1", "a", "z", "t", "theta")
"""Parameters of a race of two diffusions to a falling line."""
EDGY = {
    "rt": st.one_of(st.floats(-1, 30), st.sampled_from([-999.0, 0.0, 1e-8, 1e-3, 1e6, np.inf])),
    "response": st.sampled_from([0.0, 1.0]),
    "v0": st.one_of(st.floats(-10, 10), st.sampled_from([0.0, 100.0])),
    "v1": st.one_of(st.floats(-10, 10), st.sampled_from([0.0, -100.0])),
    "a": st.one_of(st.floats(-0.5, 5), st.sampled_from([0.0, 1e-10, 1e3])),
    "z": st.one_of(st.floats(-0.2, 1.2), st.sampled_from([0.0, 1.0, 1 - 1e-12])),
    "t": st.one_of(st.floats(-0.5, 2), st.sampled_from([0.0])),
    "theta": st.one_of(st.floats(-1.8, 1.8), st.sampled_from([0.0, np.pi / 2])),
}
"""Points of such a race inside its domain, at its edges and beyond."""


@cache
def compiled(path: str, kind: str, names: tuple[str, ...], mode: str = "NUMBA"):  # type: ignore[no-untyped-def]
    """Value and gradients as a function of rt, response and the parameters, all vectors."""
    density: Density = Reference(path).load()
    inputs = {name: pt.vector(name, dtype="float64") for name in ("rt", "response", *names)}
    value = getattr(density, kind)(inputs, inputs)
    slopes = pytensor.grad(value.sum(), [inputs[name] for name in names], disconnected_inputs="ignore")
    return pytensor.function(list(inputs.values()), [value, *slopes], mode=mode, on_unused_input="ignore")


def table(name: str, n: int | None = None, **where: str):  # type: ignore[no-untyped-def]
    """Rows of a table of reference values, for n accumulators and other values of columns."""
    frame = reference(name)
    for column, value in {**({"n": n} if n else {}), **where}.items():
        frame = frame[frame[column] == value]
    assert len(frame)
    return frame


def check_density(path: str, frame, names: tuple[str, ...], mode: str = "NUMBA") -> None:  # type: ignore[no-untyped-def]
    value, *slopes = compiled(path, "log_density", names, mode)(*columns(frame, ("rt", "response", *names)))
    assert_close(value, frame["log_density"], CLOSED_FORM)
    for name, slope in zip(names, slopes, strict=True):
        assert_close(slope, frame[f"d_{name}"], RACE_GRADIENT)


def check_distribution(path: str, frame, names: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    data = columns(frame, ("rt", "response", *names))
    value, *slopes = compiled(path, "log_cdf", names)(*data)
    assert_close(value, frame["log_cdf"], RACE_CDF)
    assert np.isfinite(slopes).all()
    # The slope of log F by t is minus the density over F.
    by_t = slopes[names.index("t")] if "t" in names else None
    if by_t is not None:
        assert_close(by_t, -np.exp(frame["log_density"] - frame["log_cdf"]), RACE_GRADIENT)
    value, *slopes = compiled(path, "log_survival", names)(*data)
    assert_close(value, frame["log_survivor"], CLOSED_FORM)
    assert np.isfinite(slopes).all()


def check_never_nan(
    path: str, names: tuple[str, ...], point, valid: bool, kinds=("log_density", "log_survival")
) -> None:  # type: ignore[no-untyped-def]
    for kind in kinds:
        value, *slopes = compiled(path, kind, names)(*(np.array([point[name]]) for name in ("rt", "response", *names)))
        assert not np.isnan(value).any() and np.isfinite(slopes).all(), (kind, value, slopes)
        if not valid:
            assert value == -np.inf and np.all(np.array(slopes) == 0.0), (kind, value, slopes)


def check_never_nan_to_a_line(path: str, point) -> None:  # type: ignore[no-untyped-def]
    valid = point["a"] > 0 and 0 <= point["z"] < 1 and point["t"] >= 0 and abs(point["theta"]) < np.pi / 2
    check_never_nan(path, TO_A_LINE, point, valid=valid)


def at(*values: float) -> dict[str, float]:
    """A point of a race to a line: rt, response, v0, v1, a, z, t, theta."""
    return dict(zip(("rt", "response", *TO_A_LINE), values, strict=True))
