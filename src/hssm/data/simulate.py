"""``simulate_data``: simulated responses of a model as a data frame.

The way: parameters by name -> checked against the natural domain -> the model's simulator -> lapses ->
deadline -> frame. Models of the registry are drawn by their own simulator, exact where one exists; names that
only the ssm-simulators package knows go through its adapter.
"""

from __future__ import annotations

import math
import numbers
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hssm.data.theta import Theta, named_theta, vector
from hssm.models.registry import find_model, list_models, unknown_model_message
from hssm.seeds import Seed, as_generator, one_seed
from hssm.simulators.ssms_adapter import ssms_model, ssms_model_names
from hssm.spec import MISSING_CODE, ModelSpec, ParameterSpec, SimulationOptions, Simulator
from hssm.suggest import close_matches

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, slots=True)
class _Contamination:
    """What happens to responses after the model: lapses and a deadline, one per row."""

    p_outlier: float
    lapse: Any
    deadline: np.ndarray


def simulate_data(  # noqa: PLR0913  (public, and documented as one table of options)
    model: str | ModelSpec,
    theta: Theta,
    size: int = 1,
    random_state: Seed = None,
    output_df: bool = True,
    *,
    p_outlier: float | None = 0,
    lapse: Any = None,
    deadline: float | Sequence[float] | np.ndarray | None = None,
    delta_t: float = 0.001,
    max_t: float = 20,
    n_threads: int = 1,
    **kwargs: Any,
) -> pd.DataFrame | np.ndarray:
    """Simulate responses of a model.

    Parameters
    ----------
    model
        A name of ``list_models()`` or of a model of the ssm-simulators package, or a model of ``diffusion_model``.
    theta
        A dict of numbers or (n,) arrays by parameter name; or a list, a 1-D array (one trial) or an
        (n, n_parameters) array in the order of ``list_params``. Extra fields of a model come with its parameters.
    size
        How often the n trials are repeated.
    random_state
        None, an integer or a ``numpy.random.Generator``. ``random_seed`` is accepted as well.
    output_df
        True for a data frame, False for an array.
    p_outlier
        Probability in [0, 1) that a trial is a lapse.
    lapse
        Distribution of rt in lapses; None is Uniform(0, 20).
    deadline
        Seconds, a number or one per trial. Responses at or past it are omitted.
    delta_t
        Time step in seconds of simulators that are not exact.
    max_t
        Seconds of rt after which a path is given up.
    n_threads
        Threads of simulators that are not exact.

    Returns
    -------
    pandas.DataFrame or numpy.ndarray
        n * size rows, the n trials in their order, ``size`` times. Columns rt (float, seconds) and response
        (int); response only for choice-only models. Unfinished and omitted trials are -999 in both.

    Raises
    ------
    ValueError
        Unknown model; missing parameter, lengths that differ, or a value outside the natural domain.
    TypeError
        Unknown keyword, or an argument of the wrong type.

    Warns
    -----
    UserWarning
        Keys of ``theta`` that the model does not have; paths not finished by ``max_t`` (count); ``lapse``
        given without ``p_outlier``.
    """
    rng = as_generator(one_seed(random_state, _random_seed_of(kwargs)))
    spec, simulator = _simulated_model(model)
    covariates = spec.likelihood().covariates if spec.likelihoods else ()
    values = named_theta(_with_fields(spec, covariates), theta)
    n_trials = len(next(iter(values.values())))
    size = _count("size", size)
    tiled = {name: np.tile(value, size) for name, value in values.items()}
    options = SimulationOptions(
        delta_t=_positive("delta_t", delta_t),
        max_t=_positive("max_t", max_t),
        n_threads=_count("n_threads", n_threads),
        covariates={name: tiled.pop(name) for name in covariates},
    )
    contamination = _Contamination(
        p_outlier=_probability(p_outlier),
        lapse=_resolved_lapse(spec, p_outlier, lapse),
        deadline=_deadlines(spec, deadline, n_trials, size),
    )
    responses = simulator.draw(rng, tiled, options)
    responses = _contaminated(rng, spec, responses, options.max_t, contamination)
    return _frame(spec, responses) if output_df else responses


def _simulated_model(name: str | ModelSpec) -> tuple[ModelSpec, Simulator]:
    if not isinstance(name, str | ModelSpec):
        raise TypeError(
            f"'model' must be the name of a model or a model of `diffusion_model`, got {name!r} of type "
            f"{type(name).__name__}."
        )
    spec = find_model(name)
    if spec is None and isinstance(name, str) and name in ssms_model_names():
        spec = ssms_model(name)
    if spec is None:
        raise ValueError(_unknown_model(str(name)))
    if spec.simulator is None:
        raise ValueError(
            f"Model {spec.name!r} has no simulator, so it cannot be simulated. Choose a model that has one."
        )
    return spec, spec.simulator


def _with_fields(spec: ModelSpec, covariates: tuple[str, ...]) -> ModelSpec:
    """The model with its extra fields as parameters: a simulation is told them with ``theta``."""
    return replace(spec, parameters=(*spec.parameters, *(ParameterSpec(name=name) for name in covariates)))


def _unknown_model(name: str) -> str:
    hint = close_matches(name, set(ssms_model_names()) - set(list_models()))
    return unknown_model_message(name) + (f" Models that can only be simulated:{hint}" if hint else "")


def _resolved_lapse(spec: ModelSpec, p_outlier: float | None, lapse: Any) -> Any:
    if not p_outlier:
        if lapse is not None:
            warnings.warn(
                "'lapse' was given, but p_outlier is 0, so there are no lapses. Set p_outlier, or leave 'lapse' out.",
                UserWarning,
                stacklevel=3,
            )
        return None
    if spec.is_choice_only:
        if lapse is not None:
            warnings.warn(
                f"'lapse' is a distribution of rt, which model {spec.name!r} does not have; ignored.",
                UserWarning,
                stacklevel=3,
            )
        return None
    from hssm.likelihoods.lapse_density import resolve_lapse

    return resolve_lapse(lapse)


def _contaminated(
    rng: np.random.Generator, spec: ModelSpec, responses: np.ndarray, max_t: float, contamination: _Contamination
) -> np.ndarray:
    """Lapses replace what the model did; then paths that did not end, and responses too late, are omitted."""
    responses = np.array(responses, dtype=float)
    rt = None if spec.is_choice_only else spec.response.index("rt")
    unfinished = np.zeros(len(responses), dtype=bool)
    if rt is not None:
        unfinished = (responses[:, rt] == MISSING_CODE) | (responses[:, rt] >= max_t)
    if contamination.p_outlier > 0:
        lapsed = rng.random(len(responses)) < contamination.p_outlier
        responses[lapsed, spec.response.index("response")] = rng.choice(spec.choices, int(lapsed.sum()))
        if rt is not None:
            responses[lapsed, rt] = contamination.lapse.sample(rng, int(lapsed.sum()))
        unfinished &= ~lapsed
    # A path that was still under way at its deadline is an omission like any other.
    _warn_unfinished(unfinished & (contamination.deadline > max_t), max_t)
    late = np.zeros_like(unfinished) if rt is None else responses[:, rt] >= contamination.deadline
    responses[unfinished | late] = MISSING_CODE
    return responses


def _warn_unfinished(unfinished: np.ndarray, max_t: float) -> None:
    if unfinished.any():
        warnings.warn(
            f"{int(unfinished.sum())} of {unfinished.size} paths did not end by max_t={max_t} seconds; their rt and "
            f"response are {MISSING_CODE:.0f}. Raise max_t to let them finish, or leave these rows out.",
            UserWarning,
            stacklevel=4,
        )


def _frame(spec: ModelSpec, responses: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(responses, columns=list(spec.response))
    return frame.astype({"response": int})


def _random_seed_of(kwargs: Mapping[str, Any]) -> Seed:
    unknown = sorted(set(kwargs) - {"random_seed"})
    if unknown:
        allowed = ("p_outlier", "lapse", "deadline", "delta_t", "max_t", "n_threads", "random_seed", "random_state")
        hint = close_matches(unknown[0], [*allowed, "theta", "size", "output_df"])
        raise TypeError(
            f"simulate_data() does not take {', '.join(map(repr, unknown))}.{hint} Optional: {', '.join(allowed)}."
        )
    return kwargs.get("random_seed")


def _number(name: str, value: Any, allowed: str) -> float:
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real | np.ndarray):
        raise TypeError(f"'{name}' must be {allowed}, got {value!r} of type {type(value).__name__}.")
    return float(value)


def _probability(p_outlier: float | None) -> float:
    value = 0.0 if p_outlier is None else _number("p_outlier", p_outlier, "a number in [0, 1)")
    if not 0 <= value < 1:
        raise ValueError(f"'p_outlier' must be in [0, 1), got {value}. It is the probability of a lapse.")
    return value


def _positive(name: str, value: float) -> float:
    number = _number(name, value, "a positive number of seconds")
    if not 0 < number < math.inf:
        raise ValueError(f"'{name}' must be a positive, finite number of seconds, got {value}.")
    return number


def _count(name: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"'{name}' must be a whole number, got {value!r} of type {type(value).__name__}.")
    if value < 1:
        raise ValueError(f"'{name}' must be at least 1, got {value}.")
    return int(value)


def _deadlines(spec: ModelSpec, deadline: Any, n_trials: int, size: int) -> np.ndarray:
    """(n_trials * size,) seconds; infinite where there is no deadline."""
    if deadline is None:
        return np.full(n_trials * size, math.inf)
    if spec.is_choice_only:
        raise ValueError(f"Model {spec.name!r} has no rt, so 'deadline' means nothing for it. Leave it out.")
    array = vector("deadline", deadline)
    if not np.all(array > 0):
        raise ValueError(f"'deadline' must be above 0 seconds, got {deadline!r}.")
    if array.ndim and array.shape[0] not in (n_trials, n_trials * size):
        raise ValueError(
            f"'deadline' has {array.shape[0]} values for {n_trials} trials. Give a number, or one value per trial."
        )
    repeats = size if array.ndim and array.shape[0] == n_trials else 1
    return np.tile(array, repeats) if array.ndim else np.full(n_trials * size, float(array))
