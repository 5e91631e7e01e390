"""The density of reaction times on trials on which the participant did not attend to the task.

``resolve_lapse`` turns what a user gives into a :class:`LapseDensity`; ``lapse`` mixes it with a model.
Probability on negative times, and outside the bounds of a bounded prior, is cut away and the rest renormalised.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor.tensor as pt

from hssm.densities.logspace import log1mexp, log_diff_exp, masked
from hssm.spec import Bounds
from hssm.suggest import close_matches

SMALLEST_MASS = 1e-3
"""A lapse distribution with less probability than this on its support is taken for a mistake."""

IMPROPER = ("Flat", "HalfFlat")
POSITIVE_WITHOUT_CDF = ("Rice",)
"""Distributions on (0, inf) that need no renormalising there, but cannot tell the probability of an omission."""

LogFunction = Callable[[Any], Any]


@dataclass(frozen=True, kw_only=True, slots=True, repr=False, eq=False)
class LapseDensity:
    """A density g over rt, with G its distribution function.

    ``log_density(rt)``, ``log_cdf(rt)`` and ``log_survival(d)`` take and return PyTensor variables;
    ``sample(rng, size)`` draws with NumPy. ``support`` is in seconds.
    """

    name: str
    arguments: Mapping[str, float]
    support: Bounds
    log_density: LogFunction
    log_cdf: LogFunction
    log_survival: LogFunction
    sample: Callable[[np.random.Generator, int], np.ndarray]

    def __repr__(self) -> str:
        inside = ", ".join(f"{key}: {value:g}" for key, value in self.arguments.items())
        return f"{self.name}({inside})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LapseDensity) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        return (self.name, tuple(sorted(self.arguments.items())), self.support)


def resolve_lapse(lapse: Any = None) -> LapseDensity:
    """The lapse density that a user asked for.

    Parameters
    ----------
    lapse
        None for Uniform(0, 20); a dict such as ``{"name": "Uniform", "lower": 0, "upper": 20}``; or a prior object
        with ``name`` and ``args`` (and perhaps ``bounds``), whose arguments are numbers.

    Raises
    ------
    TypeError
        Neither a dict nor a prior.
    ValueError
        Hyperprior inside, discrete distribution, unknown name or argument, or no mass on (0, inf).
    """
    name, arguments, bounds = _read(lapse)
    if name == "Uniform" and set(arguments) <= {"lower", "upper"} and "upper" in arguments:
        return _uniform(arguments, bounds)
    return _from_pymc(name, arguments, bounds)


def _read(lapse: Any) -> tuple[str, dict[str, float], Bounds]:
    """Name, numeric arguments and support (within the positive times) of what the user gave."""
    if lapse is None:
        return "Uniform", {"lower": 0.0, "upper": 20.0}, (0.0, math.inf)
    if isinstance(lapse, Mapping):
        given = dict(lapse)
        name, bounds = given.pop("name", None), given.pop("bounds", None)
        if name is None:
            raise ValueError(f"`lapse` needs the key 'name', got {dict(lapse)!r}; e.g. {_EXAMPLE}.")
    elif hasattr(lapse, "name") and isinstance(getattr(lapse, "args", None), Mapping):
        name, bounds, given = lapse.name, getattr(lapse, "bounds", None), dict(lapse.args)
        if getattr(lapse, "dist", None) is not None:
            raise ValueError(f"`lapse` must be a named distribution, not one built by `dist=`; e.g. {_EXAMPLE}.")
    else:
        raise TypeError(f"`lapse` must be a Prior, a prior dict or None, got {type(lapse).__name__}; e.g. {_EXAMPLE}.")
    lower, upper = bounds if bounds is not None else (0.0, math.inf)
    arguments = {key: _number(str(name), key, value) for key, value in given.items() if key != "initval"}
    return str(name), arguments, (max(0.0, float(lower)), float(upper))


_EXAMPLE = '{"name": "Uniform", "lower": 0, "upper": 20}'


def _number(name: str, key: str, value: Any) -> float:
    try:
        number = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        number = None
    if number is None or number.ndim or not math.isfinite(number):
        raise ValueError(f"`lapse` {name!r} must have fixed finite numbers as arguments, got {key}={value!r}.")
    return float(number)


def _uniform(arguments: Mapping[str, float], bounds: Bounds) -> LapseDensity:
    given_lower, given_upper = arguments.get("lower", 0.0), arguments["upper"]
    lower, upper = max(given_lower, bounds[0]), min(given_upper, bounds[1])
    if not given_lower < given_upper or not lower < upper:
        raise ValueError(
            f"`lapse` Uniform({given_lower:g}, {given_upper:g}) has no mass on ({bounds[0]:g}, {bounds[1]:g}), "
            f"where reaction times are; e.g. {_EXAMPLE}."
        )
    width = upper - lower
    constant = -math.log(width)

    def log_density(rt: Any) -> Any:
        return masked(pt.ge(rt, lower) & pt.le(rt, upper), constant)

    def log_share(length: Any) -> Any:
        """Log of a part of the support, given its length; log zero without a bad gradient at length 0."""
        share = pt.clip(length / width, 0.0, 1.0)
        return masked(pt.gt(share, 0.0), pt.log(pt.switch(pt.gt(share, 0.0), share, 1.0)))

    return LapseDensity(
        name="Uniform",
        arguments=dict(arguments),
        support=(lower, upper),
        log_density=log_density,
        log_cdf=lambda rt: log_share(rt - lower),
        log_survival=lambda rt: log_share(upper - rt),
        sample=lambda rng, size: rng.uniform(lower, upper, size),
    )


def _from_pymc(name: str, arguments: Mapping[str, float], bounds: Bounds) -> LapseDensity:
    import pymc as pm

    distribution = _distribution(name, arguments)
    lower, upper = bounds
    log_mass = _log_mass(name, distribution, bounds)

    def inside(rt: Any) -> Any:
        return pt.gt(rt, lower) & pt.lt(rt, upper) if math.isfinite(upper) else pt.gt(rt, lower)

    def log_density(rt: Any) -> Any:
        within = inside(rt)
        return masked(within, pm.logp(distribution, pt.switch(within, rt, _inner(bounds))) - log_mass)

    def log_below(rt: Any) -> Any:
        try:
            return pm.logcdf(distribution, rt)
        except NotImplementedError:
            raise ValueError(_without_cdf(name)) from None

    def log_cdf(rt: Any) -> Any:
        # PyMC's distribution functions need not know what to say at infinity.
        below = pt.lt(rt, upper)
        capped = pt.switch(below, pt.maximum(rt, lower), _inner(bounds))
        inside_it = log_diff_exp(log_below(capped), log_below(pt.as_tensor_variable(lower))) - log_mass
        return pt.switch(below, inside_it, 0.0)

    def sample(rng: np.random.Generator, size: int) -> np.ndarray:
        return _accepted(distribution, bounds, rng, size, math.exp(log_mass))

    return LapseDensity(
        name=name,
        arguments=dict(arguments),
        support=bounds,
        log_density=log_density,
        log_cdf=log_cdf,
        log_survival=lambda rt: log1mexp(pt.minimum(log_cdf(rt), 0.0)),
        sample=sample,
    )


def _distribution(name: str, arguments: Mapping[str, float]) -> Any:
    """The PyMC distribution of that name and with these arguments; ValueError saying what is wrong."""
    import pymc as pm
    from pymc.distributions.distribution import Continuous, Discrete, Distribution

    known = [key for key in pm.distributions.__all__ if isinstance(getattr(pm, key, None), type)]
    kind = getattr(pm, name) if name in known else None
    if kind is None or not issubclass(kind, Distribution):
        raise ValueError(f"`lapse` has the unknown distribution {name!r}.{close_matches(name, known)}")
    if issubclass(kind, Discrete):
        raise ValueError(f"`lapse` {name!r} is discrete; reaction times need a continuous density, e.g. {_EXAMPLE}.")
    if not issubclass(kind, Continuous) or name in IMPROPER:
        raise ValueError(f"`lapse` {name!r} is not a proper continuous distribution of one number; e.g. {_EXAMPLE}.")
    wanted = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    signature = inspect.signature(kind.dist).parameters.values()
    allowed = sorted(entry.name for entry in signature if entry.kind in wanted)
    unknown = sorted(set(arguments) - set(allowed))
    if unknown:
        raise ValueError(
            f"`lapse` {name!r} does not take {', '.join(map(repr, unknown))}; it takes {', '.join(allowed)}."
        )
    try:
        # As arrays: a bare 2.0 would become a small integer constant, and its logarithm a 32-bit number.
        return kind.dist(**{key: np.asarray(value, dtype=np.float64) for key, value in arguments.items()})
    except (TypeError, ValueError, NotImplementedError) as error:
        raise ValueError(f"`lapse` {name!r} does not take the arguments {dict(arguments)}: {error}.") from error


def _log_mass(name: str, distribution: Any, bounds: Bounds) -> float:
    """Log of the distribution's probability on the bounds."""
    if name in POSITIVE_WITHOUT_CDF and bounds == (0.0, math.inf):
        return 0.0
    ends = np.array([end for end in bounds if math.isfinite(end)])
    below = dict(zip(ends.tolist(), np.exp(_evaluated_cdf(name, distribution, ends)), strict=True))
    mass = below.get(bounds[1], 1.0) - below.get(bounds[0], 0.0)
    if not mass > SMALLEST_MASS:
        raise ValueError(
            f"`lapse` {name!r} has no mass on ({bounds[0]:g}, {bounds[1]:g}), where reaction times are "
            f"(probability {mass:.2g}); e.g. {_EXAMPLE}."
        )
    return math.log(mass)


def _evaluated_cdf(name: str, distribution: Any, ends: np.ndarray) -> np.ndarray:
    import pymc as pm
    from pymc.logprob.utils import ParameterValueError

    try:
        return np.asarray(pm.logcdf(distribution, ends).eval())
    except ParameterValueError as error:
        raise ValueError(f"`lapse` {name!r} cannot have these arguments: it needs {error}.") from error
    except NotImplementedError:
        raise ValueError(_without_cdf(name)) from None


def _without_cdf(name: str) -> str:
    return f"`lapse` {name!r} has no distribution function in PyMC, which is needed here; e.g. {_EXAMPLE}."


def _inner(bounds: Bounds) -> float:
    lower, upper = bounds
    return 0.5 * (lower + upper) if math.isfinite(upper) else lower + 1.0


def _accepted(distribution: Any, bounds: Bounds, rng: np.random.Generator, size: int, mass: float) -> np.ndarray:
    """Draws within the bounds, by rejection."""
    kept: list[np.ndarray] = []
    needed = size
    while needed > 0:
        drawn = _draws(distribution, rng, int(1.2 * needed / mass) + 10)
        inside = drawn[(drawn > bounds[0]) & (drawn < bounds[1])][:needed]
        kept.append(inside)
        needed -= len(inside)
    return np.concatenate(kept) if kept else np.empty(0)


def _draws(distribution: Any, rng: np.random.Generator, n: int) -> np.ndarray:
    """``n`` independent draws; NumPy's own generator where the distribution has one, which compiles nothing."""
    import pymc as pm
    from pytensor.tensor.random.op import RandomVariable

    operator = distribution.owner.op
    if isinstance(operator, RandomVariable):
        arguments = [argument.eval() for argument in operator.dist_params(distribution.owner)]
        return np.asarray(operator.rng_fn(rng, *arguments, (n,)), dtype=float)
    return np.asarray(pm.draw(distribution, draws=n, random_seed=int(rng.integers(2**31 - 1))), dtype=float)
