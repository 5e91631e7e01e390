"""Parameter values that show what a model does: for the pictures and the usage examples of the reference pages.

Read by ``make_model_pages.py`` and ``model_pictures.py``. Values go by parameter name; a model whose letters mean
something else has a row of its own. A parameter in neither table gets a value inside its bounds, so that a new
model has a page by its presence.
"""

import math
import re

from hssm.spec import ModelSpec

BY_NAME = {
    "v": 0.8,
    "a": 1.2,
    "z": 0.5,
    "t": 0.3,
    "sv": 0.8,
    "sz": 0.4,
    "st": 0.3,
    "theta": 0.45,
    "g": 0.8,
    "vh": 0.4,
    "vl1": -0.3,
    "vl2": 0.6,
    "A": 0.5,
    "b": 1.2,
    "s": 0.4,
    "r1": 8.0,
    "r2": 11.0,
    "k1": 5.0,
    "k2": 6.0,
    "shape": 4.0,
    "scale": 0.1,
    "c": 1.5,
    "beta": 1.2,
    "logit1": 1.0,
    "logit2": 0.4,
}

BY_MODEL = {
    r"lba\d+": {"A": 0.2, "b": 0.4, "v0": 0.55, "v1": 0.45, "v2": 0.35},
    r"lba\d+_t": {"A": 0.5, "b": 1.2, "v0": 3.0, "v1": 2.0, "v2": 1.5},
    r"lnr\d+": {"m0": -0.9, "m1": -0.6, "m2": -0.4},
    r"race_no_bias_angle_\d+": {"a": 1.5, "z": 0.2},
    r"wald_race_?\d+": {"a": 1.5, "z": 0.2},
    r"weibull": {"alpha": 2.0, "beta": 1.5},
    r"levy": {"alpha": 1.5},
    r"conflict_ds": {
        **{"v": 0.0, "tinit": 0.0, "dinit": 2.0, "tslope": 3.0, "dslope": 4.0, "tfixedp": 2.0},
        **{"tcoh": 0.8, "dcoh": -0.7},
    },
    r"shrink_spot": {"v": 0.0, "ptarget": 4.0, "pouter": -4.0, "pinner": -4.0, "r": 15.0, "sda": 1.8},
}
"""Regular expressions of model names, to values that differ from those above."""

FIRST_DRIFT, DRIFT_STEP = 2.4, 0.7
LOCATION_STEP = 0.25


def example_theta(spec: ModelSpec) -> dict[str, float]:
    """One value per parameter, in the model's order."""
    own = next((row for pattern, row in BY_MODEL.items() if re.fullmatch(pattern, spec.name)), {})
    bounds = spec.bounds()
    return {name: own.get(name, BY_NAME.get(name, _made_up(name, bounds[name]))) for name in spec.parameter_names}


def _made_up(name: str, bounds: tuple[float, float]) -> float:
    """A value for a numbered parameter (later accumulators are slower), or the middle of the bounds."""
    letter, digits = re.fullmatch(r"(.*?)(\d*)", name).groups()
    lower, upper = bounds
    if digits and letter == "v":
        return max(round(FIRST_DRIFT - DRIFT_STEP * int(digits), 3), 0.1)
    if digits and letter == "m":
        return round(-1.0 + LOCATION_STEP * int(digits), 3)
    if digits and letter == "logit":
        return round(-0.3 * int(digits), 3)
    if math.isfinite(lower) and math.isfinite(upper):
        return (lower + upper) / 2
    if math.isfinite(lower):
        return lower + 1.0
    return upper - 1.0 if math.isfinite(upper) else 0.5
