"""Starting values of parameters on their natural scale, from the data where the data say something.

Inference carries them to the free variables of the built model: the link of an intercept, zero for slopes and group
effects, prior medians for scales.

Two-boundary models start at the EZ-diffusion estimates (Wagenmakers, E.-J., van der Maas, H. L. J., & Grasman,
R. P. P. P. (2007). An EZ-diffusion model for response time and accuracy. Psychonomic Bulletin & Review, 14, 3-22),
here with unit noise and `a` as half the separation; races at moments of the reaction times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import bambi as bmb
import numpy as np
import pandas as pd
from scipy import special

from hssm.parameters.default_priors import LAPSE_START, by_bounds
from hssm.parameters.quantiles import UNBOUNDED, bounds_of, prior_median, support
from hssm.spec import Bounds, ModelSpec, ResolvedParam

__all__ = ["data_driven_start", "ez_diffusion", "prior_median"]

FALLBACK_RT = 0.6
"""Mean rt in seconds that is assumed where no rt was observed."""
MIN_VARIANCE = 1e-4
"""Least variance of rt where there are too few rts to tell; seconds squared."""
FEW = 10
"""Number of rts up to which their variance counts as unknown if it is small."""
RESOLUTION = 1e-9
"""Least standard deviation of rt that counts, as a share of the mean."""
DECISION_SHARE = 0.2
"""Share of the fastest rt that is left to the decision, at most; where rts spread less, their standard deviation is."""
VARIABILITY: Mapping[str, float] = {"sv": 0.1, "sz": 0.05, "st": 0.01}
MARGIN = 1e-3
LBA_DRIFT_SD = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponseTimes:
    """Moments of the accepted reaction times, robust against a few lapses; seconds."""

    mean: float
    variance: float
    fastest: float
    slowest: float
    n_trials: int


def data_driven_start(spec: ModelSpec, resolved: Mapping[str, ResolvedParam], data: pd.DataFrame) -> dict[str, float]:
    """A starting value for every free parameter, on its natural scale, inside its bounds.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    resolved : mapping
        Its parameters; fixed ones get no value but count where others depend on them.
    data : (n_trials, ...) DataFrame
        Validated data, rt in seconds; rows with rt not above zero or not finite are left out.

    Returns
    -------
    dict
        Value of each free parameter. Parameters of which the data say nothing start at their prior's median.
    """
    times = response_times(data)
    guesses = _guesses(spec, resolved, data, times)
    start: dict[str, float] = {}
    for name, param in resolved.items():
        if param.is_fixed:
            continue
        value = _stated(param)
        if value is None:
            value = guesses.get(name)
        if value is None or not np.isfinite(value):
            value = _typical(param)
        domain = spec.parameter(name).bounds if name in spec.parameter_names else param.bounds
        start[name] = inside(value, param.bounds, domain, prior_interval(param))
    return start


def response_times(data: pd.DataFrame) -> ResponseTimes:
    """Moments of the positive, finite rt; far outliers count as the outer fence 3 IQR above the upper quartile."""
    rt = _accepted(data)["rt"].to_numpy(dtype=float) if "rt" in data else np.empty(0)
    if rt.size == 0:
        return ResponseTimes(
            mean=FALLBACK_RT, variance=0.1, fastest=FALLBACK_RT / 2, slowest=2 * FALLBACK_RT, n_trials=0
        )
    lower, upper = np.quantile(rt, [0.25, 0.75])
    fenced = np.minimum(rt, upper + 3 * (upper - lower)) if rt.size > 3 else rt
    least = MIN_VARIANCE if rt.size <= FEW else (RESOLUTION * float(np.mean(fenced))) ** 2
    return ResponseTimes(
        mean=float(np.mean(fenced)),
        variance=max(float(np.var(fenced)), least),
        fastest=float(rt.min()),
        slowest=float(rt.max()),
        n_trials=int(rt.size),
    )


def ez_diffusion(p_upper: float, mean: float, variance: float, n_trials: int) -> tuple[float, float, float]:
    """Drift, half separation and non-decision time from the share of upper responses and the moments of rt.

    Equations 5, 7, 8 and 9 of Wagenmakers et al. (2007) with s = 1, a = separation / 2. Shares of 0 and 1 are moved
    by half a trial, and at 0.5 the limit for zero drift is taken: variance = 2 a^4 / 3, mean decision time = a^2.
    """
    edge = 0.5 / max(n_trials, 1)
    share = min(max(p_upper, edge), 1 - edge)
    accuracy = max(share, 1 - share)
    logit = special.logit(accuracy)
    drift = (logit * (accuracy**2 * logit - accuracy * logit + accuracy - 0.5) / variance) ** 0.25 if logit else 0.0
    if drift < MARGIN:
        half = (1.5 * variance) ** 0.25
        return 0.0, half, mean - half**2
    half = logit / drift / 2
    # tanh(va) / v is (1 - exp(y)) / (1 + exp(y)) / v with y = -2 v a.
    decision_time = half * np.tanh(drift * half) / drift
    return float(np.copysign(drift, share - 0.5)), float(half), float(mean - decision_time)


def inside(value: float, *intervals: Bounds) -> float:
    """The value, moved into the interior of the intervals' intersection, with a margin to either end.

    Where they do not meet, the earlier intervals count.
    """
    lower, upper = intersection(*intervals)
    margin = MARGIN * min(upper - lower, 1.0)
    return float(min(max(value, lower + margin), upper - margin)) if not lower < value < upper else float(value)


def intersection(*intervals: Bounds) -> Bounds:
    """What intervals have in common; one that does not meet the earlier ones is left out."""
    lower, upper = UNBOUNDED
    for interval in intervals:
        low, high = max(lower, interval[0]), min(upper, interval[1])
        if low < high:
            lower, upper = low, high
    return lower, upper


def prior_interval(param: ResolvedParam) -> Bounds:
    """Natural-scale values that the prior of a parameter, or of its intercept, allows."""
    prior = param.prior.get("Intercept") if isinstance(param.prior, Mapping) else param.prior
    if not isinstance(prior, bmb.Prior):
        return UNBOUNDED
    ends = [float(np.max(end)) for end in (support(prior)[0], bounds_of(prior)[0])]
    tops = [float(np.min(end)) for end in (support(prior)[1], bounds_of(prior)[1])]
    interval = max(ends), min(tops)
    if param.is_regression and not param.link.is_identity:
        images = param.link.linkinv(np.asarray(interval))
        interval = float(np.min(images)), float(np.max(images))
    return interval


def _stated(param: ResolvedParam) -> float | None:
    """The starting value that a simple parameter's prior carries."""
    initval = getattr(param.prior, "initval", None)
    return None if initval is None or isinstance(initval, str) else float(np.mean(initval))


def _known(resolved: Mapping[str, ResolvedParam], name: str, guess: float) -> np.ndarray:
    """A parameter's fixed values, or the guess for a free one."""
    fixed = resolved[name].fixed_value if name in resolved else None
    return np.atleast_1d(guess if fixed is None else fixed)


def _guesses(
    spec: ModelSpec, resolved: Mapping[str, ResolvedParam], data: pd.DataFrame, times: ResponseTimes
) -> dict[str, float]:
    """What the data say, by parameter name."""
    names = set(spec.parameter_names)
    guesses = {"p_outlier": LAPSE_START}
    if "rt" not in spec.response:
        return guesses
    t = _non_decision_time(resolved, times)
    if {"A", "b"} <= names:
        return {**guesses, "t": t, **_race(spec, resolved, data, times, t if "t" in names else 0.0)}
    if {"r1", "r2", "k1", "k2"} <= names:
        return {**guesses, "t": t, **_poisson(times, t)}
    if {"m0", "s"} <= names:
        return {**guesses, "t": t, **_lognormal(spec, data, t)}
    by_role = {parameter.role: parameter.name for parameter in spec.parameters}
    guesses["t"] = t
    if {"v0", "a", "z"} <= names:
        guesses.update(_wald(spec, resolved, times, t))
    if {"v", "a"} <= names and len(spec.choices) == 2:
        guesses.update(_diffusion(spec, resolved, data, times))
    guesses.update({by_role[role]: value for role, value in VARIABILITY.items() if role in by_role})
    if "sz" in names:
        z = _known(resolved, "z", 0.5)
        guesses["sz"] = min(guesses.get("sz", np.inf), float(np.min(np.minimum(z, 1 - z))))
    if "st" in names:
        guesses["st"] = min(guesses.get("st", np.inf), float(np.min(_known(resolved, "t", t))))
    if "theta" in names and "a" in names:
        guess = guesses.get("a", np.nan if resolved["a"].is_fixed else _typical(resolved["a"]))
        a = float(np.min(_known(resolved, "a", guess)))
        guesses["theta"] = _collapse(a, times.slowest - float(np.min(_known(resolved, "t", guesses["t"]))))
    return guesses


def _non_decision_time(resolved: Mapping[str, ResolvedParam], times: ResponseTimes) -> float:
    """Below the fastest rt, less half a start width of st where that is fixed."""
    share = times.fastest - min(DECISION_SHARE * times.fastest, float(np.sqrt(times.variance)))
    width = float(np.max(_known(resolved, "st", 0.0)))
    return max(share - width / 2, 0.25 * times.fastest)


def _diffusion(
    spec: ModelSpec, resolved: Mapping[str, ResolvedParam], data: pd.DataFrame, times: ResponseTimes
) -> dict[str, float]:
    accepted = _accepted(data)
    response = accepted[next(column for column in spec.response if column != "rt")]
    p_upper = float(np.mean(response == max(spec.choices))) if len(accepted) else 0.5
    drift, half, non_decision = ez_diffusion(p_upper, times.mean, times.variance, times.n_trials)
    latest = _non_decision_time(resolved, times)
    return {
        "v": float(np.clip(drift, -4.0, 4.0)),
        "a": float(np.clip(half, min(0.3, times.variance**0.25), 3.0)),
        "z": 0.5,
        "t": float(np.clip(non_decision, 0.25 * latest, latest)),
    }


def _collapse(a: float, slowest_decision: float) -> float:
    """An angle at which the bounds are still half open at the slowest response."""
    return min(0.2, float(np.arctan(0.5 * a / max(slowest_decision, MARGIN))))


def _race(
    spec: ModelSpec,
    resolved: Mapping[str, ResolvedParam],
    data: pd.DataFrame,
    times: ResponseTimes,
    t: float,
) -> dict[str, float]:
    """Thresholds and drifts of LBA and racing diffusion; b is kept above A, whichever of the two is fixed."""
    decision = max(times.mean - t, MARGIN)
    if "t" in spec.parameter_names:
        # An inverse Gaussian time with distance d and drift v has mean d / v and variance d / v^3.
        drift = np.sqrt(decision / times.variance)
        distance = drift * decision
    else:
        # Rates 1 / rt spread because drifts do: standard deviation 0.1 at distance d.
        rates = 1 / np.maximum(_accepted(data)["rt"].to_numpy(dtype=float), MARGIN) if times.n_trials else np.ones(1)
        low, middle, high = np.quantile(rates, [0.16, 0.5, 0.84])
        distance = np.clip(2 * LBA_DRIFT_SD / max(high - low, 0.05), 0.1, 3.0)
        drift = distance * middle
    start_range, threshold = distance / 2, 1.25 * distance
    threshold = max(threshold, 1.5 * float(np.max(_known(resolved, "A", start_range))) + MARGIN)
    start_range = min(start_range, 0.5 * float(np.min(_known(resolved, "b", threshold))))
    drifts = {name: float(np.clip(drift, 0.1, 10.0)) for name in spec.parameter_names if name[0] == "v"}
    return {"A": float(start_range), "b": float(threshold), **drifts}


def _lognormal(spec: ModelSpec, data: pd.DataFrame, t: float) -> dict[str, float]:
    """Mean and standard deviation of the log decision times, the same for every accumulator."""
    rt = _accepted(data)["rt"].to_numpy(dtype=float)
    log_times = np.log(np.maximum(rt - t, MARGIN)) if rt.size else np.log([FALLBACK_RT])
    means = {name: float(np.median(log_times)) for name in spec.parameter_names if name[0] == "m"}
    return {**means, "s": float(np.clip(np.std(log_times), 0.1, 2.0))}


def _wald(spec: ModelSpec, resolved: Mapping[str, ResolvedParam], times: ResponseTimes, t: float) -> dict[str, float]:
    """Drift and distance of an inverse Gaussian time with the mean and variance of the decision times."""
    decision = max(times.mean - t, MARGIN)
    drift = float(np.clip(np.sqrt(decision / times.variance), 0.1, 10.0))
    start = 0.2
    distance = drift * decision / (1 - float(np.max(_known(resolved, "z", start))))
    drifts = {name: drift for name in spec.parameter_names if name[0] == "v"}
    return {**drifts, "z": start, "a": float(np.clip(distance, 0.1, 10.0))}


def _poisson(times: ResponseTimes, t: float) -> dict[str, float]:
    """Rate and shape of a gamma time with the mean and variance of the decision times."""
    decision = max(times.mean - t, MARGIN)
    rate = float(np.clip(decision / times.variance, 0.1, 50.0))
    shape = float(np.clip(rate * decision, 0.5, 20.0))
    return {"r1": rate, "r2": rate, "k1": shape, "k2": shape}


def _typical(param: ResolvedParam) -> float:
    """The median of a simple parameter's prior, or of a prior over the bounds for a regression."""
    if not param.is_regression:
        return float(np.mean(prior_median(param.prior)))
    intercept = param.prior.get("Intercept") if isinstance(param.prior, Mapping) else None
    if intercept is not None:
        return float(param.link.linkinv(np.asarray(np.mean(prior_median(intercept)))))
    return float(prior_median(by_bounds(param.bounds)))


def _accepted(data: pd.DataFrame) -> pd.DataFrame:
    """Rows with a reaction time."""
    if "rt" not in data:
        return data
    rt = data["rt"].to_numpy(dtype=float)
    return data.loc[np.isfinite(rt) & (rt > 0)]
