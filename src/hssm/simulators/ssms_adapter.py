"""Adapter to the ``ssm-simulators`` package: an Euler scheme for about 115 models without an exact sampler.

It makes the ``Simulator`` of a model from its name. Parameters travel by name, the order being read from the
package's own configuration. Its numbers are in single precision and biased by the time step (mean RTs by
20-40 ms at 1 ms), so an exact sampler of ours, where there is one, takes precedence over this adapter.

Where the same name means something else there, it is translated: the widths of ``full_ddm`` are half-widths
(and that of the starting point absolute) in the package. Not translatable, because the process itself differs,
are ``lba2``, ``lba3`` and ``lba4``: they take the absolute value of negative drifts. Models that only the
package knows (``ddm_st``, ``race_2``, ...) keep its conventions.

What is kept away from the rest of the process: importing the package changes the warning filters (restored),
and by itself it is slow (so it happens on first use). A path that has not ended by its ``max_t`` comes back as an
rt near ``max_t`` with an arbitrary choice, and the buffer in which the first path is recorded is as long as
``max_t`` allows, but the clock in single precision may lag by some steps and write past its end. Both are
avoided by giving each trial a deadline below the package's own ``max_t``. Its LBA models draw from NumPy's global
generator: it is seeded for the call, so that they reproduce, and put back as it was. The package's own
generators and C's ``rand`` are reseeded by every call.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import numpy as np

from hssm.spec import MISSING_CODE, Bounds, ModelSpec, ParameterSpec, SimulationOptions, Simulator
from hssm.suggest import close_matches

Theta = Mapping[str, np.ndarray]

_SEEDS = 2**31  # seeds must fit into a signed 32-bit integer
_SPARE_TIME = 0.1  # of max_t: room for the lag of the single-precision clock, see the smallest step
_SPARE_STEPS = 100
_SMALLEST_STEP = 1e-6  # of max_t: below, rounding delays the clock by more than the spare time


def ssms_model_names() -> tuple[str, ...]:
    """Names of all models that the package can simulate, sorted."""
    return tuple(sorted(_configurations()))


def ssms_parameters(name: str) -> tuple[str, ...]:
    """Parameter names of a model, in the package's order."""
    return tuple(_configuration(name)["params"])


def ssms_bounds(name: str) -> dict[str, Bounds]:
    """The package's own bounds of every parameter: where its authors train networks, not the natural domain."""
    bounds = _configuration(name)["param_bounds_dict"]
    return {parameter: _numeric(bounds[parameter]) for parameter in ssms_parameters(name)}


def ssms_choices(name: str) -> tuple[int, ...]:
    """Response codes of a model."""
    configuration = _configuration(name)
    return tuple(configuration.get("choices") or range(configuration["nchoices"]))


def ssms_response(name: str) -> tuple[str, ...]:
    """Response columns of a model: ``("response",)`` for those without reaction times."""
    return ("response",) if name.startswith("inv_temp_softmax") else ("rt", "response")


def ssms_simulator(name: str) -> Simulator:
    """The simulator of a model.

    Its ``max_t`` is on the clock of ``rt``: rows without a response before ``max_t`` are ``MISSING_CODE``.
    Raises ValueError, with close matches, if the package does not know the name.
    """
    _configuration(name)
    return Simulator(draw=partial(_draw, name), exact=False)


def ssms_model(name: str) -> ModelSpec:
    """A model that can be simulated but has no likelihood; its domain is what its symbols imply."""
    bounds = ssms_bounds(name)
    return ModelSpec(
        name=name,
        parameters=tuple(_parameter(parameter, bounds[parameter]) for parameter in bounds),
        choices=ssms_choices(name),
        response=ssms_response(name),
        simulator=ssms_simulator(name),
        description=f"Model {name!r} of the ssm-simulators package",
    )


def _draw(name: str, rng: np.random.Generator, theta: Theta, options: SimulationOptions) -> np.ndarray:
    """(n, n_columns) responses; ``theta`` holds (n,) arrays by name."""
    _check_step(options)
    translated = _TRANSLATIONS.get(name, dict)(theta)
    values = {parameter: np.asarray(translated[parameter], dtype=float) for parameter in ssms_parameters(name)}
    n_trials = len(next(iter(values.values())))
    if n_trials == 0:
        return np.empty((0, len(ssms_response(name))))
    # Equal trials are drawn as samples of one trial, which is several times faster.
    repeated = not options.covariates and all(np.all(value == value[0]) for value in values.values())
    if repeated:
        values = {parameter: value[:1] for parameter, value in values.items()}
    out = _call(name, values, n_trials if repeated else 1, int(rng.integers(_SEEDS)), options)
    rt, choice = (np.asarray(out[key], dtype=float).reshape(n_trials) for key in ("rts", "choices"))
    if ssms_response(name) == ("response",):
        return choice[:, None]
    finished = (rt >= 0) & (rt < options.max_t)
    return np.where(finished[:, None], np.column_stack([rt, choice]), MISSING_CODE)


def _call(
    name: str, values: dict[str, np.ndarray], n_samples: int, seed: int, options: SimulationOptions
) -> dict[str, Any]:
    from ssms.basic_simulators.simulator import simulator

    n_rows = len(next(iter(values.values())))
    with _global_generator_seeded(seed), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        out: dict[str, Any] = simulator(
            theta={**values, "deadline": np.full(n_rows, options.max_t)},
            model=f"{name}_deadline",
            n_samples=n_samples,
            delta_t=options.delta_t,
            max_t=options.max_t * (1 + _SPARE_TIME) + _SPARE_STEPS * options.delta_t,
            n_threads=options.n_threads,
            random_state=seed,
            extra_fields=dict(options.covariates) or None,
        )
    _pass_on(caught, options)
    return out


@contextmanager
def _global_generator_seeded(seed: int) -> Iterator[None]:
    """NumPy's global generator in a known state, and afterwards exactly where it was."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002


def _pass_on(caught: list[warnings.WarningMessage], options: SimulationOptions) -> None:
    """Say once, in our words, that threads are not available; hand on everything else."""
    for warning in caught:
        if "n_threads" not in str(warning.message):
            warnings.warn(warning.message, warning.category, stacklevel=4)
    if any("n_threads" in str(warning.message) for warning in caught):
        warnings.warn(
            f"n_threads={options.n_threads} was ignored and one thread used: the installed ssm-simulators was built "
            "without the GSL library, which its threads need. Install GSL and rebuild it, or use n_threads=1.",
            UserWarning,
            stacklevel=4,
        )


def _check_step(options: SimulationOptions) -> None:
    smallest = _SMALLEST_STEP * options.max_t
    if not smallest <= options.delta_t < options.max_t:
        raise ValueError(
            f"delta_t={options.delta_t} does not fit max_t={options.max_t}: the simulator keeps time in single "
            f"precision. Allowed: from {smallest} to below {options.max_t} seconds. Choose a larger delta_t or a "
            "smaller max_t."
        )


def _with_absolute_start_width(theta: Theta) -> Theta:
    return {**theta, "sz": theta["sz"] * theta["a"], "st": theta["st"] / 2}


def _with_half_widths(theta: Theta) -> Theta:
    return {**theta, "sz": theta["sz"] / 2, "st": theta["st"] / 2}


_TRANSLATIONS: dict[str, Callable[[Theta], Theta]] = {
    "full_ddm": _with_absolute_start_width,
    "full_ddm2": _with_absolute_start_width,
    "full_ddm_rv": _with_half_widths,
}
"""From our conventions (full widths, ``sz`` relative to the separation) to the package's."""


def _parameter(name: str, bounds: Bounds) -> ParameterSpec:
    both = (True, True)
    if name == "a":
        return ParameterSpec(name=name, bounds=(0.0, math.inf))
    if name in ("t", "st", "sv", "sz"):
        return ParameterSpec(name=name, bounds=(0.0, math.inf), closed=both)
    if name == "z" and bounds[1] <= 1:
        return ParameterSpec(name=name, bounds=(0.0, 1.0), closed=both)
    return ParameterSpec(name=name)


def _numeric(bounds: tuple[Any, Any]) -> Bounds:
    """Bounds as numbers; one that refers to another parameter by name is no bound."""
    lower, upper = bounds
    return (
        -math.inf if isinstance(lower, str) else float(lower),
        math.inf if isinstance(upper, str) else float(upper),
    )


def _configuration(name: str) -> Mapping[str, Any]:
    configurations = _configurations()
    if name not in configurations:
        raise ValueError(
            f"The ssm-simulators package has no model {name!r}.{close_matches(name, configurations)} "
            f"It has: {', '.join(ssms_model_names())}."
        )
    found: Mapping[str, Any] = configurations[name]
    return found


@cache
def _configurations() -> dict[str, Any]:
    with warnings.catch_warnings():  # the import installs filters of its own
        from ssms.config import model_config

        return {name: model_config[name] for name in model_config}
