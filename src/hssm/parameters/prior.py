"""Priors that know their bounds and their parameterisation, and how they become variables of a PyMC model.

What users write (dicts, Bambi priors, :class:`Prior`) becomes a :class:`Prior` here; the Bambi bridge calls
:func:`make_variable` inside its model.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

import bambi as bmb
import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pytensor.graph.basic import Variable

from hssm.parameters.quantiles import (
    Q50,
    VARIABLE_OPTIONS,
    bounds_of,
    frozen_distribution,
    is_improper,
    mass,
    quantile,
    support,
)
from hssm.parameters.truncated_normal import register_numba_draws
from hssm.spec import Bounds

register_numba_draws()

MOVING_SUPPORT = ("Pareto", "Triangular", "TruncatedNormal", "Uniform", "Wald")
"""Families whose support depends on their arguments: with hyperpriors it has no fixed ends."""


class Prior(bmb.Prior):
    """A prior distribution with bounds.

    Parameters
    ----------
    name : str
        Name of a PyMC distribution, or any name together with ``dist``.
    auto_scale : bool
        As in Bambi.
    dist : callable, optional
        Makes the variable: called with its name and the arguments.
    bounds : tuple of float, optional
        Interval to which the prior is truncated.
    noncentered : bool or "auto", optional
        Parameterisation of a group-specific term with this prior; None leaves it to the model.
    **dist_args
        Arguments of the distribution: numbers, arrays or further priors; ``initval`` is the starting value.

    Raises
    ------
    ValueError
        Unknown distribution or argument, arguments out of range, bounds not lower < upper, ``dist`` with bounds.

    Examples
    --------
    >>> Prior("Normal", mu=0, sigma=2, bounds=(-3, 3))
    Normal(mu: 0.0, sigma: 2.0)
    """

    def __init__(
        self,
        name: str,
        auto_scale: bool = True,
        dist: Any = None,
        bounds: Bounds | None = None,
        noncentered: Any = None,
        **dist_args: Any,
    ) -> None:
        self.bounds = None if bounds is None else check_bounds(bounds, f"the prior {name!r}")
        self.initval = dist_args.pop("initval", None)
        if dist is not None and bounds is not None:
            raise ValueError(f"A prior with `dist=` cannot be truncated: leave out `bounds={bounds}` of {name!r}.")
        if noncentered is not None and not isinstance(noncentered, bool) and noncentered != "auto":
            raise TypeError(f"`noncentered` of prior {name!r} must be a bool, 'auto' or None, got {noncentered!r}.")
        if dist is None:
            _check_names(name, dist_args)
        args = {key: _as_argument(value) for key, value in dist_args.items()}
        super().__init__(name, auto_scale=auto_scale, dist=dist, noncentered=noncentered, **args)
        if dist is None:
            _check_values(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Prior):
            return NotImplemented
        mine, yours = ((p.name, p.auto_scale, p.dist, p.bounds, p.noncentered, sorted(p.args)) for p in (self, other))
        if mine != yours or not _same(self.initval, other.initval):
            return False
        return all(_same(value, other.args[key]) for key, value in self.args.items())

    __hash__ = None  # type: ignore[assignment]

    def replace(self, **changes: Any) -> Prior:
        """A copy with some attributes or arguments changed; this prior stays as it is."""
        fields = ("name", "auto_scale", "dist", "bounds", "noncentered")
        given: dict[str, Any] = {field: getattr(self, field) for field in fields}
        return Prior(**{**given, "initval": self.initval, **self.args, **changes})


def check_bounds(bounds: Any, of: str) -> Bounds:
    """Bounds as two floats, lower < upper."""
    try:
        lower, upper = (float(end) for end in bounds)
    except (TypeError, ValueError):
        raise ValueError(f"Bounds of {of} must be two numbers (lower, upper), got {bounds!r}.") from None
    if not lower < upper:
        raise ValueError(f"Bounds of {of} must be lower < upper, got {(lower, upper)}.")
    return lower, upper


def as_prior(given: Any) -> Prior:
    """A prior from a :class:`Prior`, a Bambi prior, or a dict with ``name`` and the arguments; never the same object.

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        As :class:`Prior`.
    """
    if isinstance(given, Prior):
        return given.replace()
    if isinstance(given, bmb.Prior):
        extra = {"bounds": getattr(given, "bounds", None)}
        return Prior(given.name, given.auto_scale, given.dist, noncentered=given.noncentered, **extra, **given.args)
    if not isinstance(given, Mapping):
        raise TypeError(f"A prior must be a `Prior` or a dict with 'name', got {given!r} ({type(given).__name__}).")
    if not isinstance(given.get("name"), str):
        raise ValueError(f"A prior dict needs 'name', a PyMC distribution, got the keys {sorted(map(str, given))}.")
    return Prior(**given)


def is_prior(given: Any) -> bool:
    """Whether :func:`as_prior` would read it as one prior (a dict from terms to priors is not)."""
    return isinstance(given, bmb.Prior) or (isinstance(given, Mapping) and isinstance(given.get("name"), str))


def is_number(value: Any) -> bool:
    """Whether it is a real number (True and False are not)."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def make_variable(
    prior: bmb.Prior,
    name: str,
    dims: Any = None,
    shape: Any = None,
    arguments: Mapping[str, Any] | None = None,
    transform: Any = None,
    above: Any = None,
) -> Any:
    """A variable with this prior in the current PyMC model, truncated where its support exceeds its bounds.

    Parameters
    ----------
    prior : Prior
        Hyperpriors among its arguments become variables ``<name>_<argument>``.
    name : str
        Name of the variable.
    dims, shape : optional
        As in PyMC; hyperpriors are scalars.
    arguments : mapping, optional
        Arguments already made into variables; they replace those of the prior.
    transform : optional
        PyMC transform in place of the distribution's own.
    above : optional
        A variable or number at which the prior is cut off below, if the prior can be truncated.

    Raises
    ------
    ValueError
        If the prior has no mass inside its bounds.
    """
    given = {**prior.args, **(arguments or {})}
    args = {
        key: make_variable(value, f"{name}_{key}") if isinstance(value, bmb.Prior) else value
        for key, value in given.items()
    }
    options = {"dims": dims, "shape": shape, "initval": _start(getattr(prior, "initval", None), dims, shape)}
    options["default_transform"] = transform
    options = {key: value for key, value in options.items() if value is not None}
    if prior.dist is not None:
        return prior.dist(name, **args, **options)
    if above is not None and can_truncate(prior):
        return _truncated(prior.name, name, (above, bounds_of(prior)[1]), args, options)
    if prior.name != "TruncatedNormal" and not is_truncated(prior):
        return _distribution(prior.name)(name, **args, **options)
    check_mass(prior, name)
    # PyMC's own starting value of a truncated distribution may lie on a bound, where the transform is infinite.
    if frozen_distribution(prior) is not None:
        options.setdefault("initval", _start(quantile(prior, Q50), dims, shape))
    return _truncated(prior.name, name, bounds_of(prior), args, options)


def is_truncated(prior: bmb.Prior) -> bool:
    """Whether the support of a prior exceeds its bounds."""
    lower, upper = bounds_of(prior)
    if np.isinf(lower) and np.isinf(upper):
        return False
    if prior.name in MOVING_SUPPORT and any(isinstance(value, bmb.Prior) for value in prior.args.values()):
        return True
    support_lower, support_upper = support(prior)
    return bool(np.any(support_lower < lower) or np.any(support_upper > upper))


def check_mass(prior: bmb.Prior, name: str) -> None:
    """ValueError unless the prior puts mass inside its bounds."""
    bounds = bounds_of(prior)
    if prior.dist is None and not np.all(mass(prior, bounds) > 0):
        raise ValueError(
            f"The prior {prior} of {name!r} has no mass inside the bounds {bounds}: "
            "change the prior or the bounds so that they overlap."
        )


WITHOUT_CDF = ("HalfStudentT", "SkewNormal")
"""Distributions of SciPy and PyMC of which PyMC does not know the distribution function."""


def can_truncate(prior: bmb.Prior) -> bool:
    """Whether a truncated version of this prior exists: PyMC must know its distribution function."""
    if prior.dist is not None:
        return False
    if prior.name not in WITHOUT_CDF and (frozen_distribution(prior) is not None or is_improper(prior)):
        return True
    args = {key: value for key, value in _probe_arguments(prior).items() if key not in VARIABLE_OPTIONS}
    try:
        pm.logcdf(_distribution(prior.name).dist(**args), 0.0)
    except (AttributeError, NotImplementedError, TypeError):
        return False
    return True


def _start(value: Any, dims: Any, shape: Any) -> Any:
    """A starting value in the shape of its variable: PyMC does not broadcast it."""
    if value is None or isinstance(value, str | Variable):
        return value
    if shape is None:
        names = (dims,) if isinstance(dims, str) else dims or ()
        coords = pm.modelcontext(None).coords
        if any(coords.get(name) is None for name in names):
            return None
        shape = tuple(len(coords[name]) for name in names)
    size = np.broadcast_shapes(np.shape(value), (shape,) if isinstance(shape, int) else tuple(shape))
    return np.broadcast_to(np.asarray(value, dtype=float), size)


def _truncated(family: str, name: str, bounds: Bounds, args: dict[str, Any], options: dict[str, Any]) -> Any:
    """A uniform stays uniform; the others are divided by their mass inside.

    PyMC takes its own truncated normal where the family is normal.
    """
    lower, upper = bounds
    own = {key: args[key] for key in VARIABLE_OPTIONS if key in args}
    args = {key: value for key, value in args.items() if key not in own}
    options = {**own, **options}
    if family == "Uniform":
        ends = _larger(args.get("lower", 0.0), lower), _smaller(args.get("upper", 1.0), upper)
        return pm.Uniform(name, lower=_finite(ends[0]), upper=_finite(ends[1]), **options)
    if family in ("Flat", "HalfFlat"):
        return _flat(name, (max(lower, 0.0) if family == "HalfFlat" else lower, upper), options)
    if family == "TruncatedNormal":
        family = "Normal"
        low, high = args.pop("lower", None), args.pop("upper", None)
        lower = lower if low is None else _larger(low, lower)
        upper = upper if high is None else _smaller(high, upper)
    distribution = _distribution(family).dist(**args)
    return pm.Truncated(name, distribution, lower=_finite(lower), upper=_finite(upper), **options)


def _flat(name: str, bounds: Bounds, options: dict[str, Any]) -> Any:
    lower, upper = bounds
    if np.isfinite(lower) and np.isfinite(upper):
        return pm.Uniform(name, lower=_finite(lower), upper=_finite(upper), **options)
    inside = lower + 1.0 if np.isfinite(lower) else upper - 1.0
    interval = pm.distributions.transforms.Interval(_finite(lower), _finite(upper))
    return pm.Flat(name, **{"initval": inside, "default_transform": interval, **options})


def _finite(end: Any) -> Any:
    """An end of an interval for PyMC, None if infinite; as an array, since bare floats may be held in float32."""
    if isinstance(end, Variable):
        return end
    return None if np.ndim(end) == 0 and np.isinf(end) else np.asarray(end, dtype=pytensor.config.floatX)


def _larger(one: Any, other: float) -> Any:
    return pt.maximum(one, other) if isinstance(one, Variable) else np.maximum(one, other)


def _smaller(one: Any, other: float) -> Any:
    return pt.minimum(one, other) if isinstance(one, Variable) else np.minimum(one, other)


# ---------------------------------------------------------------------- what a distribution is


def _horseshoe(name: str, tau_nu: float = 3, lam_nu: float = 1, dims: Any = None, shape: Any = None) -> Any:
    """Normal coefficients with a common and an own half-t scale each (Carvalho, Polson & Scott 2010)."""
    size = {key: value for key, value in {"dims": dims, "shape": shape}.items() if value is not None}
    common = pm.HalfStudentT(f"{name}_tau", nu=tau_nu)
    own = pm.HalfStudentT(f"{name}_lam", nu=lam_nu, **size)
    raw = pm.Normal(f"{name}_raw", 0.0, 1.0, **size)
    return pm.Deterministic(name, raw * common * own, dims=dims)


def _distribution(name: str) -> Any:
    return _horseshoe if name == "Horseshoe" else getattr(pm, name)


@cache
def _allowed() -> dict[str, tuple[str, ...]]:
    """Arguments of every distribution that can be a prior."""
    generic = {"args", "kwargs", "dist_params", "shape", "return_next_rng"}
    allowed: dict[str, tuple[str, ...]] = {"Horseshoe": ("lam_nu", "tau_nu")}
    for name in dir(pm):
        candidate: Any = getattr(pm, name)
        if not (isinstance(candidate, type) and hasattr(candidate, "dist")):
            continue
        if name not in ("Distribution", "Continuous", "Discrete", "Simulator", "CustomDist", "DensityDist"):
            allowed[name] = tuple(sorted(set(inspect.signature(candidate.dist).parameters) - generic))
    return allowed


def _check_names(name: Any, args: Mapping[str, Any]) -> None:
    allowed = _allowed()
    if not isinstance(name, str):
        raise TypeError(f"The name of a prior must be a string, got {name!r} ({type(name).__name__}).")
    if name not in allowed:
        raise ValueError(
            f"Unknown distribution {name!r}.{_hint(name, allowed)} Allowed: the distributions of PyMC, "
            f"{', '.join(sorted(allowed))}; or give `dist=`, a function that makes the variable."
        )
    own = allowed[name]
    for key in args:
        if key not in own and key not in VARIABLE_OPTIONS:
            raise ValueError(
                f"Unknown argument {key!r} of the distribution {name!r}.{_hint(key, own)} "
                f"Allowed: {', '.join(own) or 'none'}."
            )


def _hint(given: str, allowed: Any) -> str:
    by_lower = {name.lower(): name for name in allowed}
    close = get_close_matches(given.lower(), by_lower, n=1)
    return f" Did you mean {by_lower[close[0]]!r}?" if close else ""


def _check_values(prior: Prior) -> None:
    """Build the distribution once, so that impossible arguments fail here and not inside a model."""
    if prior.name == "Horseshoe":
        return
    args = {key: value for key, value in _probe_arguments(prior).items() if key not in VARIABLE_OPTIONS}
    try:
        getattr(pm, prior.name).dist(**args)
    except (TypeError, ValueError, NotImplementedError, AttributeError) as error:
        raise ValueError(f"The prior {prior} cannot be made: {error}") from error
    frozen = frozen_distribution(prior)
    if frozen is not None and np.any(np.isnan(frozen.support())):
        raise ValueError(f"The prior {prior} has arguments out of range, such as a scale <= 0 or lower >= upper.")


def _probe_arguments(prior: bmb.Prior) -> dict[str, Any]:
    return {key: pt.scalar(key) if isinstance(value, bmb.Prior) else value for key, value in prior.args.items()}


def _as_argument(value: Any) -> Any:
    if is_prior(value):
        return as_prior(value)
    if isinstance(value, list | tuple):
        return np.asarray(value, dtype=float)
    return value


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bmb.Prior) or isinstance(other, bmb.Prior) or isinstance(one, Variable):
        return one is other or (type(one) is type(other) and not isinstance(one, Variable) and one == other)
    try:
        return bool(np.array_equal(one, other))
    except (TypeError, ValueError):
        return one is other
