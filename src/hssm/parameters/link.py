"""Link functions between a parameter's natural scale and the linear predictor of its regression.

Chosen in :mod:`hssm.parameters.resolve`, applied by the Bambi bridge. Inverse links never leave the parameter's
range and never overflow, so that a wild proposal of a sampler meets a finite density and a finite gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import bambi as bmb
import numpy as np
import pytensor.tensor as pt
from scipy import special

from hssm.spec import Bounds
from hssm.suggest import close_matches

POSITIVE: Bounds = (0.0, np.inf)
UNIT: Bounds = (0.0, 1.0)
ONE_SIDED = 1

Function = Callable[..., Any]


class Link(bmb.Link):
    """A link function g with its inverse, in NumPy and in PyTensor.

    Parameters
    ----------
    name : str
        ``"identity"``, ``"log"``, ``"logit"``, ``"probit"``, ``"cloglog"``, ``"inverse"``,
        ``"inverse_squared"``, ``"gen_logit"``, or any new name together with the three functions.
    link, linkinv : callable, optional
        g and its inverse, NumPy; only for a new name.
    linkinv_backend : callable, optional
        The inverse for PyTensor variables; only for a new name.
    bounds : tuple of float, optional
        ``gen_logit``: two finite bounds, g(x) = log((x - lo) / (hi - x)). ``log``: one finite bound, g(x) =
        log(x - lo) or log(hi - x); without bounds log(x). Other built-in links have a range of their own.

    Raises
    ------
    ValueError
        For an unknown name without functions, and for bounds that do not fit the link.
    TypeError
        If a function is not callable.
    """

    def __init__(
        self,
        name: str,
        link: Function | None = None,
        linkinv: Function | None = None,
        linkinv_backend: Function | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        if not isinstance(name, str):
            raise TypeError(f"The name of a link must be a string, got {name!r} ({type(name).__name__}).")
        given = {"link": link, "linkinv": linkinv, "linkinv_backend": linkinv_backend}
        self.name = name
        self.bounds = _checked_bounds(name, bounds)
        self.is_custom = any(function is not None for function in given.values())
        if self.is_custom or name not in LINK_NAMES:
            _check_custom(name, given)
            self.link, self.linkinv, self.linkinv_backend = link, linkinv, linkinv_backend
        else:
            self.link, self.linkinv, self.linkinv_backend = _BUILDERS[name](self.bounds)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Link):
            return NotImplemented
        if (self.name, self.bounds, self.is_custom) != (other.name, other.bounds, other.is_custom):
            return False
        functions = (self.link, self.linkinv, self.linkinv_backend)
        return not self.is_custom or functions == (other.link, other.linkinv, other.linkinv_backend)

    def __hash__(self) -> int:
        return hash((self.name, self.bounds, self.is_custom))

    def __str__(self) -> str:
        return self.name if self.bounds is None else f"{self.name}({self.bounds[0]:g}, {self.bounds[1]:g})"

    def __repr__(self) -> str:
        return f"Link({self.name!r})" if self.bounds is None else f"Link({self.name!r}, bounds={self.bounds})"

    @property
    def is_identity(self) -> bool:
        return self.name == "identity" and not self.is_custom


def link_for_bounds(bounds: Bounds) -> Link:
    """The link that maps an interval onto the real line: identity, (shifted) log or gen_logit."""
    n_finite = int(np.isfinite(bounds[0])) + int(np.isfinite(bounds[1]))
    if n_finite == 0:
        return Link("identity")
    if n_finite == ONE_SIDED:
        return Link("log", bounds=bounds)
    return Link("gen_logit", bounds=bounds)


def as_link(given: Any, bounds: Bounds) -> Link:
    """What a user gave as a link, for a parameter with these bounds.

    Raises
    ------
    ValueError, TypeError
        For an unknown name, or for something that is no link.
    """
    if isinstance(given, Link):
        return given
    if isinstance(given, bmb.Link):
        known = given.name in LINK_NAMES and given.linkinv_backend is None
        functions = (None, None, None) if known else (given.link, given.linkinv, given.linkinv_backend)
        return Link(given.name, *functions)
    if not isinstance(given, str):
        raise TypeError(f"A link must be a name or a `Link`, got {given!r} ({type(given).__name__}).")
    if given == "log_logit":
        return link_for_bounds(bounds)
    one_sided = np.isfinite(bounds[0]) != np.isfinite(bounds[1])
    return Link(given, bounds=bounds if given == "gen_logit" or (given == "log" and one_sided) else None)


def _checked_bounds(name: str, bounds: Bounds | None) -> Bounds | None:
    if bounds is None:
        if name == "gen_logit":
            raise ValueError("Link 'gen_logit' needs finite bounds: give Link('gen_logit', bounds=(lower, upper)).")
        return None
    lower, upper = (float(end) for end in bounds)
    n_finite = int(np.isfinite(lower)) + int(np.isfinite(upper))
    if not lower < upper:
        raise ValueError(f"Bounds of link {name!r} must be lower < upper, got {(lower, upper)}.")
    if name == "gen_logit" and n_finite != 2:
        raise ValueError(f"Link 'gen_logit' needs two finite bounds, got {(lower, upper)}; for one, take 'log'.")
    if name == "log" and n_finite != ONE_SIDED:
        raise ValueError(f"Link 'log' needs one finite bound, got {(lower, upper)}; for two, take 'gen_logit'.")
    if name in LINK_NAMES and name not in ("gen_logit", "log"):
        raise ValueError(f"Link {name!r} takes no bounds, got {(lower, upper)}; 'log' and 'gen_logit' do.")
    return None if name == "log" and (lower, upper) == POSITIVE else (lower, upper)


def _check_custom(name: str, functions: dict[str, Function | None]) -> None:
    missing = [key for key, function in functions.items() if function is None]
    if len(missing) == len(functions):
        allowed = ", ".join(repr(known) for known in LINK_NAMES)
        raise ValueError(
            f"Unknown link {name!r}.{close_matches(name, LINK_NAMES)} Known links: {allowed}. A new link needs "
            "`link`, `linkinv` and `linkinv_backend`."
        )
    if missing:
        raise ValueError(f"Link {name!r} is missing {', '.join(f'`{key}`' for key in missing)}.")
    for key, function in functions.items():
        if not callable(function):
            raise TypeError(f"`{key}` of link {name!r} must be a function, got {function!r}.")


# ---------------------------------------------------------------------- ranges


def _interior(bounds: Bounds, dtype: Any) -> tuple[Any, Any]:
    """Smallest and largest number strictly inside bounds, in a precision; 1 / x of either is finite."""
    lower, upper = np.asarray(bounds, dtype=dtype)
    tiny = np.finfo(dtype).tiny
    least = np.maximum(np.nextafter(lower, np.inf, dtype=dtype), lower + tiny)
    most = np.minimum(np.nextafter(upper, -np.inf, dtype=dtype), upper - tiny)
    return least, most


def _float_dtype(dtype: Any) -> Any:
    return np.float32 if str(dtype) in ("float32", "float16") else np.float64


def _exponent_limit(dtype: Any) -> float:
    """Largest |x| for which exp(x) and exp(-x) are normal numbers, with room for a factor."""
    return 80.0 if dtype is np.float32 else 690.0


def _inside_numpy(x: Any, bounds: Bounds) -> Any:
    least, most = _interior(bounds, np.float64)
    return np.minimum(np.maximum(x, least), most)


def _inside_tensor(x: Any, bounds: Bounds) -> Any:
    least, most = _interior(bounds, _float_dtype(x.dtype))
    if np.isfinite(bounds[0]):
        x = pt.maximum(x, least)
    return pt.minimum(x, most) if np.isfinite(bounds[1]) else x


def _limited(eta: Any) -> Any:
    eta = pt.as_tensor_variable(eta)
    if eta.dtype not in ("float32", "float64"):
        eta = eta.astype("float64")
    limit = _exponent_limit(_float_dtype(eta.dtype))
    return pt.clip(eta, np.asarray(-limit, dtype=eta.dtype), np.asarray(limit, dtype=eta.dtype))


def _constant(value: float, like: Any) -> Any:
    return np.asarray(value, dtype=like.dtype)


# ---------------------------------------------------------------------- links


def _identity(x: Any) -> Any:
    return x


def _log(x: Any, bounds: Bounds) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(x - bounds[0]) if np.isfinite(bounds[0]) else np.log(bounds[1] - x)


def _log_inverse(eta: Any, bounds: Bounds) -> Any:
    limit = _exponent_limit(np.float64)
    distance = np.exp(np.minimum(np.maximum(eta, -limit), limit))
    return _inside_numpy(bounds[0] + distance if np.isfinite(bounds[0]) else bounds[1] - distance, bounds)


def _log_inverse_tensor(eta: Any, bounds: Bounds) -> Any:
    distance = pt.exp(_limited(eta))
    if np.isfinite(bounds[0]):
        x = distance if bounds[0] == 0 else _constant(bounds[0], distance) + distance
    else:
        x = _constant(bounds[1], distance) - distance
    return _inside_tensor(x, bounds)


def _gen_logit(x: Any, bounds: Bounds) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(x - bounds[0]) - np.log(bounds[1] - x)


def _gen_logit_inverse(eta: Any, bounds: Bounds) -> Any:
    lower, upper = bounds
    return _inside_numpy(lower + (upper - lower) * special.expit(eta), bounds)


def _gen_logit_inverse_tensor(eta: Any, bounds: Bounds) -> Any:
    share = pt.sigmoid(_limited(eta))
    lower, width = _constant(bounds[0], share), _constant(bounds[1] - bounds[0], share)
    return _inside_tensor(lower + width * share, bounds)


def _probit(x: Any) -> Any:
    return special.ndtri(x)


def _probit_inverse(eta: Any) -> Any:
    return _inside_numpy(special.ndtr(eta), UNIT)


def _probit_inverse_tensor(eta: Any) -> Any:
    eta = _limited(eta)
    return _inside_tensor(pt.erfc(-eta / _constant(np.sqrt(2.0), eta)) / 2, UNIT)


def _cloglog(x: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(-np.log1p(-np.asarray(x)))


def _cloglog_inverse(eta: Any) -> Any:
    return _inside_numpy(-np.expm1(-_log_inverse(eta, POSITIVE)), UNIT)


def _cloglog_inverse_tensor(eta: Any) -> Any:
    return _inside_tensor(-pt.expm1(-pt.exp(_limited(eta))), UNIT)


def _inverse(x: Any) -> Any:
    with np.errstate(divide="ignore"):
        return 1 / np.asarray(x)


def _inverse_tensor(eta: Any) -> Any:
    return 1 / pt.as_tensor_variable(eta)


def _inverse_squared(x: Any) -> Any:
    with np.errstate(divide="ignore"):
        return 1 / np.asarray(x) ** 2


def _inverse_root(eta: Any) -> Any:
    return 1 / np.sqrt(np.maximum(eta, _least_square(np.float64)))


def _inverse_root_tensor(eta: Any) -> Any:
    eta = pt.as_tensor_variable(eta)
    dtype = _float_dtype(eta.dtype)
    return 1 / pt.sqrt(pt.maximum(eta, np.asarray(_least_square(dtype), dtype=dtype)))


def _least_square(dtype: Any) -> float:
    """Smallest predictor of the inverse square: its power -3/2, in the gradient, does not overflow."""
    return 1e-20 if dtype is np.float32 else 1e-150


def _bound(functions: tuple[Function, Function, Function], bounds: Bounds) -> tuple[Function, ...]:
    return tuple(partial(function, bounds=bounds) for function in functions)


_LOG = (_log, _log_inverse, _log_inverse_tensor)
_GEN_LOGIT = (_gen_logit, _gen_logit_inverse, _gen_logit_inverse_tensor)

_BUILDERS: dict[str, Callable[[Bounds | None], tuple[Function, ...]]] = {
    "cloglog": lambda _: (_cloglog, _cloglog_inverse, _cloglog_inverse_tensor),
    "gen_logit": lambda bounds: _bound(_GEN_LOGIT, bounds or UNIT),
    "identity": lambda _: (_identity, _identity, _identity),
    "inverse": lambda _: (_inverse, _inverse, _inverse_tensor),
    "inverse_squared": lambda _: (_inverse_squared, _inverse_root, _inverse_root_tensor),
    "log": lambda bounds: _bound(_LOG, bounds or POSITIVE),
    "logit": lambda _: _bound(_GEN_LOGIT, UNIT),
    "probit": lambda _: (_probit, _probit_inverse, _probit_inverse_tensor),
}

LINK_NAMES = tuple(sorted(_BUILDERS))
