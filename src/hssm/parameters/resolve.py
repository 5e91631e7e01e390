"""From what the user said about parameters to :class:`hssm.spec.ResolvedParam`, one per parameter.

Order of work: collect what was said, settle bounds, then per parameter a fixed value, one prior, or a formula with
its link and a prior per term. No argument is changed, and all faults are reported together.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hssm.models.faults import Faults
from hssm.parameters.collect import LAPSE, attempt, collect_params
from hssm.parameters.coordinate_choice import whole_ridges
from hssm.parameters.default_priors import P_OUTLIER, CoefficientPriors, Defaults, defaults_for, within
from hssm.parameters.formula import ParsedFormula, parse_formula, right_hand_side, with_categorical
from hssm.parameters.link import Link, as_link, link_for_bounds
from hssm.parameters.param import Param
from hssm.parameters.prior import (
    Prior,
    as_prior,
    can_truncate,
    check_bounds,
    check_mass,
    is_number,
    is_prior,
    is_truncated,
)
from hssm.parameters.terms import complete_priors, read_priors
from hssm.spec import Bounds, LikelihoodSpec, ModelSpec, ParameterSpec, ResolvedParam

LINK_SETTINGS = (None, "identity", "log_logit")
PRIOR_SETTINGS = (None, "safe")


@dataclass(frozen=True, kw_only=True, slots=True)
class ParameterOptions:
    """The arguments of ``HSSM`` that concern parameters; see there.

    ``shortcuts`` are the keywords named like parameters, ``default_priors`` and ``bounds`` those of ``model_config``
    where they are not part of the likelihood already.
    """

    include: Any = None
    shortcuts: Mapping[str, Any] | None = None
    p_outlier: Any = 0.05
    global_formula: str | None = None
    link_settings: str | None = None
    prior_settings: str | None = "safe"
    default_priors: Mapping[str, Any] | None = None
    bounds: Mapping[str, Any] | None = None
    extra_namespace: Mapping[str, Any] | None = None
    categorical: Any = None

    def __post_init__(self) -> None:
        for name, allowed in (("link_settings", LINK_SETTINGS), ("prior_settings", PRIOR_SETTINGS)):
            if not any(getattr(self, name) is value or getattr(self, name) == value for value in allowed):
                options = ", ".join(repr(value) for value in allowed)
                raise ValueError(f"`{name}` must be one of {options}, got {getattr(self, name)!r}.")
        if self.extra_namespace is not None and not isinstance(self.extra_namespace, Mapping):
            raise TypeError(f"`extra_namespace` must be a dict, got {type(self.extra_namespace).__name__}.")


def resolve_parameters(
    spec: ModelSpec, likelihood: LikelihoodSpec, data: pd.DataFrame, **options: Any
) -> dict[str, ResolvedParam]:
    """Every parameter of a model, resolved, in model order; ``p_outlier`` last if a lapse is active.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    likelihood : LikelihoodSpec
        The likelihood in use: its bounds and default priors count.
    data : (n_trials, ...) DataFrame
        The validated data.
    **options
        The fields of :class:`ParameterOptions`.

    Raises
    ------
    ValueError, TypeError
        All faults in one message; a TypeError if there are only wrong types.
    """
    given = ParameterOptions(**options)
    faults = Faults("Parameters")
    params = collect_params(
        spec,
        faults,
        include=given.include,
        shortcuts=given.shortcuts,
        p_outlier=given.p_outlier,
        global_formula=given.global_formula,
    )
    resolver = _Resolver(spec, likelihood, with_categorical(data, given.categorical), given)
    resolved = {name: attempt(faults, resolver.resolve, name, param) for name, param in params.items()}
    faults.raise_if_any()
    done = {name: param for name, param in resolved.items() if param is not None}
    if all(param.is_fixed for param in done.values()):
        raise ValueError(f"All parameters are fixed: {', '.join(repr(n) for n in done)}. Leave at least one free.")
    return whole_ridges(done)


class _Resolver:
    """Resolves one parameter after the other against one model and data set; equal formulas are evaluated once."""

    def __init__(
        self, spec: ModelSpec, likelihood: LikelihoodSpec, data: pd.DataFrame, options: ParameterOptions
    ) -> None:
        self.spec = spec
        self.likelihood = likelihood
        self.data = data
        self.options = options
        self.formulas: dict[str, ParsedFormula] = {}

    def resolve(self, name: str, param: Param) -> ResolvedParam:
        parameter = P_OUTLIER if name == LAPSE else self.spec.parameter(name)
        bounds = self._bounds(parameter, param)
        defaults = defaults_for(self.spec, self.likelihood, parameter, bounds, self.options.default_priors)
        common: dict[str, Any] = {
            "name": name,
            "bounds": bounds,
            "closed": _closed(parameter, bounds),
            "explicit_bounds": param.bounds is not None,
            "unit": parameter.unit,
            "above": parameter.above,
            "ceiling": parameter.ceiling,
            "factor": parameter.factor,
            "along": parameter.along,
            "coordinate": parameter.coordinate,
        }
        if param.formula is not None:
            return ResolvedParam(**common, **self._regression(name, param, defaults))
        if param.link is not None and not as_link(param.link, bounds).is_identity:
            raise ValueError(f"parameter {name!r} has a link but no formula: links belong to regressions")
        prior = defaults.simple if param.prior is None else param.prior
        link = Link("identity")
        if is_number(prior) or isinstance(prior, np.ndarray | list | tuple | pd.Series):
            value = _fixed_value(name, prior, bounds, common["closed"], len(self.data))
            return ResolvedParam(**common, link=link, fixed_value=value)
        return ResolvedParam(**common, link=link, prior=_simple_prior(name, prior, bounds))

    def _bounds(self, parameter: ParameterSpec, param: Param) -> Bounds:
        """The user's bounds, else the model configuration's, the likelihood's, the natural domain."""
        if param.bounds is not None:
            return param.bounds
        for source in (self.options.bounds or {}, self.likelihood.bounds):
            if parameter.name in source:
                return check_bounds(source[parameter.name], repr(parameter.name))
        return parameter.bounds

    def _regression(self, name: str, param: Param, defaults: Defaults) -> dict[str, Any]:
        rhs = right_hand_side(str(param.formula))
        if rhs not in self.formulas:
            self.formulas[rhs] = parse_formula(rhs, name, self.data, self.options.extra_namespace)
        formula = self.formulas[rhs]
        user = read_priors(name, param.prior, formula)
        link = self._link(param, bool(user), defaults.bounds)
        if self.options.prior_settings is None:
            return {"formula": rhs, "link": link, "prior": user}
        coefficients = CoefficientPriors(name=name, defaults=defaults, link=link, user_intercept=user.get("Intercept"))
        return {"formula": rhs, "link": link, "prior": complete_priors(name, user, formula, coefficients)}

    def _link(self, param: Param, has_priors: bool, bounds: Bounds) -> Link:
        """The first rule that applies: the parameter's own, the setting, identity for stated priors, by bounds."""
        if param.link is not None:
            return as_link(param.link, bounds)
        setting = self.options.link_settings
        if setting == "identity" or (setting is None and has_priors):
            return Link("identity")
        return link_for_bounds(bounds)


def _closed(parameter: ParameterSpec, bounds: Bounds) -> tuple[bool, bool]:
    """Whether the ends are valid values: as the natural domain says at its ends, yes for ends inside it."""
    return tuple(  # type: ignore[return-value]
        closed if end == natural else bool(np.isfinite(end))
        for end, natural, closed in zip(bounds, parameter.bounds, parameter.closed, strict=True)
    )


def _simple_prior(name: str, given: Any, bounds: Bounds) -> Prior:
    """One prior, truncated to the bounds."""
    if isinstance(given, Mapping) and not is_prior(given):
        raise ValueError(
            f"the prior of parameter {name!r} has no 'name' of a distribution, only {sorted(map(str, given))}; "
            "a dict from terms to priors needs a formula"
        )
    if not is_prior(given):
        raise TypeError(
            f"parameter {name!r} must be a number, an array, a prior dict, a `Prior` or a `Param`, got {given!r} "
            f"({type(given).__name__})"
        )
    prior = as_prior(given)
    truncated = within(prior, bounds) if prior.dist is None else prior
    wants = not np.all(np.isinf(bounds)) if prior.dist is not None else is_truncated(truncated)
    if wants and not can_truncate(prior):
        warnings.warn(
            f"The prior {prior} of parameter {name!r} cannot be truncated to the bounds {bounds}: draws outside them "
            "have log zero. Choose a distribution with that support.",
            UserWarning,
            stacklevel=2,
        )
        return prior
    check_mass(truncated, name)
    return truncated


def _fixed_value(name: str, given: Any, bounds: Bounds, closed: tuple[bool, bool], n_trials: int) -> Any:
    """A number or an (n_trials,) array inside the bounds."""
    try:
        values = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"the fixed values of parameter {name!r} are not numbers: {given!r}") from None
    if values.ndim and values.shape != (n_trials,):
        raise ValueError(
            f"the fixed values of parameter {name!r} have shape {values.shape}, the data {n_trials} rows: "
            "give one number or one value per row"
        )
    lower, upper = bounds
    above = values >= lower if closed[0] else values > lower
    below = values <= upper if closed[1] else values < upper
    inside = above & below & np.isfinite(values)
    if not np.all(inside):
        row = int(np.argmin(np.atleast_1d(inside)))
        where = f" in row {row}" if values.ndim else ""
        interval = f"{'[' if closed[0] else '('}{lower:g}, {upper:g}{']' if closed[1] else ')'}"
        raise ValueError(
            f"the fixed value {np.atleast_1d(values)[row]:g}{where} of parameter {name!r} is outside its bounds "
            f"{interval}"
        )
    return values.copy() if values.ndim else float(values)
