"""``diffusion_model``: a model from the user's own drift and boundary functions.

The functions are tried on symbols and numbers first (``diffusion_check.py``), so that what is wrong with them is said
here; likelihood and simulator then come from ``densities.passage`` and ``simulators.diffusion``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hssm.models import common
from hssm.models.boundaries import BOUNDARIES, Boundary
from hssm.models.custom import check_bounds, check_extra_fields, check_parameter_names
from hssm.models.diffusion_check import check_functions
from hssm.models.faults import Faults, quoted
from hssm.spec import LikelihoodSpec, ModelSpec, ParameterSpec, Simulator
from hssm.suggest import close_matches

KNOWN = {spec.name: spec for spec in (common.V, common.A, common.Z, common.T, common.THETA)}
"""Parameters that need no description: these names mean the field's parameters."""

PARAMETER_KEYS = ("bounds", "prior", "unit", "description")


def diffusion_model(  # noqa: PLR0913  (public, and documented as one table of options)
    name: str,
    drift: Callable[[Any, Any], Any],
    bound: Callable[[Any, Any], Any] | str,
    params: Mapping[str, Any] | Sequence[str],
    leak: Callable[[Any], Any] | None = None,
    *,
    start: Callable[..., Any] | None = None,
    turn: Callable[[Any], tuple[Any, Any]] | None = None,
    extra_fields: Sequence[str] | None = None,
    tol: float = 1e-6,
) -> ModelSpec:
    """A model with numerical likelihood, simulator and priors from functions of decision time and parameters.

    Evidence follows dX = (drift(tau, p) - leak(p) X) dtau + dW from ``start(p)`` until it leaves
    (-bound(tau, p), bound(tau, p)); the response is +1 at the upper bound and -1 at the lower one, after
    rt = t + tau seconds. The result stands wherever a model's name does: ``HSSM(data, model=...)``,
    ``simulate_data``, ``log_density``, ``show_defaults``.

    Parameters
    ----------
    name : str
        How the model is called in what is printed and saved.
    drift, bound : callable
        ``f(tau, p)`` of decision time in seconds and the parameters, ``p["k"]`` or ``p.k``. They are called with
        NumPy arrays and with symbols: write plain arithmetic, NumPy's elementwise functions (``np.exp``,
        ``np.where``, ``np.minimum``; also ``scipy.special.erf``, ``expit``), no ``if`` on values and no ``math``.
        Bounds are half the separation, in sqrt(s); where a bound falls to 0, the last paths end. ``bound`` may also be
        the name of a boundary of ssm-simulators: "constant", "angle", "weibull_cdf", "generalized_logistic",
        "conflict_gamma" or "addm_collapse". Its parameters are then known, and need not be in ``params``; see
        :mod:`hssm.models.boundaries`.
    params : dict or list of str
        Parameters in order. As a dict: name to bounds ``(lower, upper)``; to a prior (a dict with ``"name"``, or a
        ``Prior``); to a dict with any of ``bounds``, ``prior``, ``unit``, ``description``; or to None. The names v, a,
        z, t and theta have the field's meaning, bounds and priors; others are unbounded unless you say otherwise. The
        non-decision time ``t`` is added at the end if it is not named.
    leak : callable, optional
        ``f(p)`` in 1/s; below 0 evidence drives itself away from 0. None is no leak.
    start : callable, optional
        ``f(p)``, where evidence begins. None is a (2 z - 1) if there is a parameter z, else 0. With a boundary by name
        z is relative to its height at the start. A function ``f(q, p)`` of two arguments is the quantile function of a
        distribution of starts, all inside the bounds: where the share ``q`` of the trials begins further down.
    turn : callable, optional
        ``f(p)``, when drift or bound change suddenly and within how long: two times in seconds. The model is the same;
        its equations are solved at more times around then. None if there are only changes in the course of a trial.
    extra_fields : list of str, optional
        Columns of the data that the functions read like parameters, one value per trial.
    tol : float, default 1e-6
        Largest relative error of a density above exp(-20) that is aimed at; larger is faster.

    Returns
    -------
    ModelSpec

    Raises
    ------
    ValueError, TypeError
        A function that fails, returns NaN or the wrong shape, or a bound that is not above 0 at the start or opens
        again after it closed: the message names the function and shows times, parameters and the value.

    Examples
    --------
    >>> model = hssm.diffusion_model(
    ...     "urgency",
    ...     drift=lambda t, p: p.v,
    ...     bound=lambda t, p: p.a / (1.0 + np.exp(p.k * (t - p.half))),
    ...     params={"v": None, "a": None, "z": None, "k": (0, 20), "half": (0, 5)},
    ... )
    >>> hssm.HSSM(data, model=model)

    Starts that are uniform within ``sz`` of the separation around ``z``:

    >>> def start(q, p):
    ...     return p.a * (2.0 * (p.z + p.sz * (q - 0.5)) - 1.0)
    """
    from hssm.densities.passage.process import passage_density
    from hssm.densities.passage.trace import Process, no_leak, no_turn, relative_start
    from hssm.simulators.diffusion import passage_simulator

    faults = Faults(f"Diffusion model {name!r}")
    known = _boundary_of(bound, faults)
    if known is not None:
        params = _with_own(params, known)
        start = start or (known.start if isinstance(params, Mapping) and "z" in params else None)
    own_bound: Any = bound if known is None else known.function
    functions = {"drift": drift, "bound": own_bound, "leak": leak, "start": start, "turn": turn}
    _check_arguments(name, functions, tol, faults)
    described = {**KNOWN, **{spec.name: spec for spec in known.parameters}} if known else KNOWN
    specs, priors = _parameters(params, described, faults)
    covariates = check_extra_fields(extra_fields, faults)
    faults.raise_if_any()
    names = tuple(spec.name for spec in specs)
    one_place = start is None or _n_arguments(start) < 2
    _check_start(names, covariates, start, faults)
    faults.raise_if_any()
    process = Process(
        name=name,
        parameters=(*(each for each in names if each != "t"), *covariates),
        drift=drift,
        bound=own_bound,
        leak=leak or no_leak,
        start=(one_place and start) or (relative_start if "z" in names else _middle),
        starts=None if one_place else start,
        turn=turn or no_turn,
    )
    check_functions(process, {spec.name: spec.bounds for spec in specs}, may_open_again=known is not None)
    source = passage_density(process, tol)
    return ModelSpec(
        name=name,
        parameters=specs,
        choices=(-1, 1),
        likelihoods=(LikelihoodSpec(kind="analytical", source=source, default_priors=priors, covariates=covariates),),
        simulator=Simulator(draw=passage_simulator(process).draw),
        description="Diffusion with a drift and a boundary of your own",
        equation=_equation(leak),
    )


def _boundary_of(bound: Any, faults: Faults) -> Boundary | None:
    """The boundary that a name stands for, None for a function."""
    if not isinstance(bound, str):
        return None
    if bound not in BOUNDARIES:
        hint = close_matches(bound, BOUNDARIES)
        faults.value(True, f"there is no boundary {bound!r}.{hint} Names: {quoted(BOUNDARIES)}")
        faults.raise_if_any()
    return BOUNDARIES[bound]


def _with_own(params: Any, boundary: Boundary) -> Any:
    """Parameters with those of the boundary that were left out, before the non-decision time."""
    if not isinstance(params, Mapping | list | tuple):
        return params
    given = dict(params) if isinstance(params, Mapping) else dict.fromkeys(params)
    last = {"t": given.pop("t")} if "t" in given else {}
    return {**given, **{spec.name: None for spec in boundary.parameters if spec.name not in given}, **last}


def _middle(p: Any) -> float:
    """X(0) = 0."""
    return 0.0


def _n_arguments(function: Callable[..., Any]) -> int:
    """How many arguments a function must be given; 1 where that cannot be known."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 1
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(each.kind in positional and each.default is inspect.Parameter.empty for each in parameters)


def _equation(leak: Any) -> str:
    pull = "" if leak is None else " − leak·X"
    return f"dX = (drift(τ){pull}) dτ + dW, absorbed at ±bound(τ); rt = t + τ"


def _check_arguments(name: Any, functions: Mapping[str, Any], tol: Any, faults: Faults) -> None:
    faults.type(not isinstance(name, str), f"the name must be a string, got {name!r}")
    for role, function in functions.items():
        optional = role in ("leak", "start", "turn")
        arguments = {"start": "(p) or start(q, p)"}.get(role, "(p)" if optional else "(t, p)")
        wrong = not callable(function) and not (optional and function is None)
        faults.type(wrong, f"`{role}` must be a function {role}{arguments}, got {function!r}")
    number = isinstance(tol, int | float) and not isinstance(tol, bool)
    if not faults.type(not number, f"`tol` must be a number, got {tol!r}"):
        faults.value(not 1e-10 <= tol <= 0.1, f"`tol` must be between 1e-10 and 0.1, got {tol!r}")


def _check_start(names: Sequence[str], covariates: Sequence[str], start: Any, faults: Faults) -> None:
    twice = sorted(set(names) & set(covariates))
    faults.value(bool(twice), f"{quoted(twice)} cannot be a parameter and an extra field at once")
    missing = start is None and "z" in names and "a" not in names
    faults.value(missing, "with 'z' but no 'a' the starting point is unknown: give `start`, such as lambda p: p.z")


def _parameters(
    params: Any, described: Mapping[str, ParameterSpec], faults: Faults
) -> tuple[tuple[ParameterSpec, ...], dict[str, Any]]:
    """The parameters, the non-decision time among them, and the priors that the user gave."""
    given = dict.fromkeys(params) if isinstance(params, list | tuple) and _are_strings(params) else params
    if faults.type(not isinstance(given, Mapping), f"`params` must be a dict or a list of names, got {params!r}"):
        return (), {}
    check_parameter_names(list(given), faults)
    if faults.wrong_types or faults.wrong_values:
        return (), {}
    specs, priors = [], {}
    for name, said in given.items():
        details = _details(name, said, faults)
        specs.append(_parameter(name, details, described.get(name), faults))
        if details.get("prior") is not None:
            priors[name] = details["prior"]
    return tuple(specs if "t" in given else [*specs, common.T]), priors


def _are_strings(values: Sequence[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _details(name: str, said: Any, faults: Faults) -> dict[str, Any]:
    """What was said of one parameter, in the long form."""
    if said is None:
        return {}
    if isinstance(said, Mapping) and "name" not in said:
        unknown = sorted(set(said) - set(PARAMETER_KEYS))
        hints = "".join(close_matches(key, PARAMETER_KEYS) for key in unknown)
        allowed = quoted(sorted(PARAMETER_KEYS))
        faults.type(bool(unknown), f"parameter {name!r} has unknown keys {quoted(unknown)}.{hints} Allowed: {allowed}")
        return dict(said)
    if isinstance(said, tuple | list):
        return {"bounds": said}
    is_prior = isinstance(said, Mapping) or hasattr(said, "args")
    faults.type(not is_prior, f"parameter {name!r} must be bounds, a prior, a dict of both or None, got {said!r}")
    return {"prior": said}


def _parameter(name: str, details: Mapping[str, Any], known: ParameterSpec | None, faults: Faults) -> ParameterSpec:
    bounds = {}
    if details.get("bounds") is not None:
        bounds = check_bounds({name: details["bounds"]}, [name], faults)
    own = bounds.get(name, known.bounds if known else (float("-inf"), float("inf")))
    words = {key: details[key] for key in ("unit", "description") if details.get(key)}
    if known is not None and own == known.bounds:
        return replace(known, **words)
    # A user's bounds say where the functions work, so their ends belong to it.
    return ParameterSpec(name=name, role=common.role_of(name, own), bounds=own, closed=(True, True), **words)
