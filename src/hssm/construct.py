"""Constructor arguments -> BuiltModel: the stages of the package in the order of the data.

Everything the user says is validated here, once; what comes out is never rewritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hssm.bambi_bridge.build import BuildOptions, build
from hssm.bambi_bridge.starts import starting_values
from hssm.data import checks
from hssm.data.observe import observe
from hssm.likelihoods.assemble import assemble
from hssm.likelihoods.lapse_density import LapseDensity, resolve_lapse
from hssm.models.config import ResolvedModel, resolve_model
from hssm.models.faults import Faults
from hssm.parameters.collect import collect_params
from hssm.parameters.formula import formula_names
from hssm.parameters.initial_values import data_driven_start
from hssm.parameters.resolve import resolve_parameters
from hssm.spec import BuiltModel, Observations, ResolvedParam
from hssm.suggest import close_matches

BAMBI_OPTIONS = ("categorical", "potentials", "dropna", "auto_scale", "center_predictors")


@dataclass(frozen=True, kw_only=True, slots=True)
class Construction:
    """Everything that was made on the way to the PyMC model."""

    model: ResolvedModel
    params: Mapping[str, ResolvedParam]
    observations: Observations
    lapse: LapseDensity | None
    built: BuiltModel
    initvals: Mapping[str, np.ndarray]


def construct(data: pd.DataFrame, arguments: Mapping[str, Any]) -> Construction:
    """Run every stage; ``arguments`` are the constructor's, by name, with ``keywords`` for the rest."""
    checks.require_frame(data)
    _refuse_what_is_to_come(arguments)
    _check_jitter(arguments["initval_jitter"])
    model = resolve_model(
        arguments["model"],
        model_config=arguments["model_config"],
        loglik=arguments["loglik"],
        loglik_kind=arguments["loglik_kind"],
        choices=arguments["choices"],
    )
    shortcuts, bambi_options = split_keywords(arguments["keywords"], model, arguments)
    lapse = _lapse(arguments, model)
    params = resolve_parameters(
        model.spec,
        model.likelihood,
        data,
        include=arguments["include"],
        shortcuts=shortcuts,
        p_outlier=arguments["p_outlier"],
        global_formula=arguments["global_formula"],
        link_settings=arguments["link_settings"],
        prior_settings=arguments["prior_settings"],
        extra_namespace=arguments["extra_namespace"],
        categorical=bambi_options.get("categorical"),
    )
    _require_specified(model, arguments, shortcuts)
    observations = _observe(data, model, params, arguments, bambi_options)
    params = dict(_on_kept_rows(params, observations, len(data)))
    if lapse is not None:
        checks.check_lapse_support(observations, lapse.support)
    likelihood = assemble(
        model.spec,
        model.likelihood,
        bounds={name: param.bounds for name, param in params.items() if name in model.spec.parameter_names},
        lapse=lapse,
    )
    start = _starts(model, params, observations, arguments["process_initvals"])
    options = BuildOptions(
        noncentered=arguments["noncentered"],
        start=start,
        extra_namespace=arguments["extra_namespace"],
        bambi={key: value for key, value in bambi_options.items() if key != "dropna"},
    )
    built = build(observations, params, likelihood, options, model_name=model.spec.name)
    natural = start if arguments["process_initvals"] else {}
    return Construction(
        model=model,
        params=params,
        observations=observations,
        lapse=lapse,
        built=built,
        initvals=starting_values(built, natural),
    )


def _refuse_what_is_to_come(arguments: Mapping[str, Any]) -> None:
    given = [name for name in ("missing_data", "deadline") if arguments[name] is not False]
    given += [name for name in ("loglik_missing_data", "nogo") if arguments[name] is not None]
    if given:
        raise NotImplementedError(
            f"{', '.join(f'`{name}`' for name in given)}: trials without a response are not supported yet. "
            "Leave these arguments out and drop such trials, knowing that this biases the fit."
        )


def _check_jitter(half_width: Any) -> None:
    if not isinstance(half_width, int | float) or isinstance(half_width, bool):
        raise TypeError(f"`initval_jitter` must be a number of at least 0, got {half_width!r}.")
    if not 0.0 <= half_width < np.inf:
        raise ValueError(f"`initval_jitter` must be a finite number of at least 0, got {half_width!r}.")


def _require_specified(model: ResolvedModel, arguments: Mapping[str, Any], shortcuts: Mapping[str, Any]) -> None:
    """A user's model says something about every parameter: bounds, a prior, or a value."""
    if not model.unspecified:
        return
    faults = Faults("Parameters")
    given = collect_params(
        model.spec, faults, include=arguments["include"], shortcuts=shortcuts, p_outlier=arguments["p_outlier"]
    )
    silent = [name for name in model.unspecified if given[name].prior is None and given[name].bounds is None]
    if silent:
        raise ValueError(
            f"Model {model.spec.name!r} says neither prior nor bounds of {', '.join(map(repr, silent))}. "
            "Give `bounds` or `default_priors` in `model_config`, or a prior or a value for the parameter itself."
        )


def split_keywords(
    keywords: Mapping[str, Any], model: ResolvedModel, arguments: Iterable[str] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parameter shortcuts and Bambi's options; TypeError for anything else."""
    names = model.spec.parameter_names
    unknown = [key for key in keywords if key not in names and key not in BAMBI_OPTIONS]
    if unknown:
        allowed = [*names, *BAMBI_OPTIONS, *arguments]
        hints = " ".join(f"{key!r}.{close_matches(key, allowed)}" for key in unknown)
        raise TypeError(
            f"Unknown keyword {hints} Parameters of this model: {', '.join(names)}; "
            f"other options: {', '.join(sorted(BAMBI_OPTIONS))}."
        )
    shortcuts = {key: value for key, value in keywords.items() if key in names}
    return shortcuts, {key: value for key, value in keywords.items() if key not in names}


def _lapse(arguments: Mapping[str, Any], model: ResolvedModel) -> LapseDensity | None:
    p_outlier, lapse = arguments["p_outlier"], arguments["lapse"]
    active = not (p_outlier is None or (isinstance(p_outlier, int | float) and p_outlier == 0))
    if lapse is not None and (not active or model.spec.is_choice_only):
        reason = "p_outlier is 0 or None" if not active else "a choice-only model has no rt"
        checks.warn(f"`lapse` has no effect because {reason}.")
    return resolve_lapse(lapse) if active else None


def _observe(
    data: pd.DataFrame,
    model: ResolvedModel,
    params: Mapping[str, ResolvedParam],
    arguments: Mapping[str, Any],
    bambi_options: Mapping[str, Any],
) -> Observations:
    columns = {
        name: f"the formula of {param.name!r}"
        for param in params.values()
        if param.formula is not None
        for name in formula_names(param.formula, param.name)
        if name in data.columns
    }
    return observe(
        data,
        choices=model.spec.choices,
        response=model.spec.response,
        user_choices=arguments["choices"],
        covariates=model.likelihood.covariates,
        formula_columns=columns,
        dropna=bool(bambi_options.get("dropna", False)),
    )


def _on_kept_rows(
    params: Mapping[str, ResolvedParam], observations: Observations, n_given: int
) -> Mapping[str, ResolvedParam]:
    """Fixed vectors follow the rows that ``dropna`` kept."""
    if observations.n_trials == n_given:
        return params
    return {
        name: replace(param, fixed_value=param.fixed_value[observations.positions])
        if param.is_fixed and np.ndim(param.fixed_value) > 0
        else param
        for name, param in params.items()
    }


def _starts(
    model: ResolvedModel, params: Mapping[str, ResolvedParam], observations: Observations, process: Any
) -> dict[str, Any]:
    if not isinstance(process, bool):
        raise TypeError(f"`process_initvals` must be True or False, got {process!r}.")
    start: dict[str, Any] = dict(data_driven_start(model.spec, params, observations.frame))
    for name, param in params.items():
        if param.is_fixed:
            start[name] = param.fixed_value
    return start


def prepare_new_data(
    construction: Construction, data: Any, used_columns: tuple[str, ...], *, with_response: bool
) -> pd.DataFrame:
    """New covariates, checked: every column the model uses is there, numeric where it was, without gaps."""
    checks.require_frame(data)
    observations = construction.observations
    covariates = {name: "a predictor" for name in used_columns if name in observations.frame}
    covariates |= dict.fromkeys(construction.built.likelihood.covariates, "an extra field")
    responses = dict.fromkeys(observations.response, "a response column") if with_response else {}
    checks.require_columns(data, covariates | responses)
    faults = list(_new_covariate_faults(data, covariates, _numeric_columns(construction, covariates)))
    codes = {label: code for code, label in observations.labels.items()}
    if with_response:
        faults += _new_response_faults(data, observations, codes)
    checks.raise_faults(faults)
    frame = data.copy()
    if with_response and codes:
        choice = observations.response[-1]
        frame[choice] = checks.coded(frame[choice], codes)
    return frame


def _numeric_columns(construction: Construction, columns: Iterable[str]) -> set[str]:
    """Columns that enter as numbers; the names of new groups may be words where those of the fit were numbers."""
    groups = [term for predictor in construction.built.predictors.values() for term in predictor.groups()]
    names = {part for term in groups for part in term.factor.split(":")}
    frame = construction.observations.frame
    return {name for name in columns if pd.api.types.is_numeric_dtype(frame[name].dtype)} - names


def _new_covariate_faults(data: pd.DataFrame, columns: Iterable[str], numeric: set[str]) -> Iterator[str]:
    for name in columns:
        blank = data[name].isna().to_numpy()
        if blank.any():
            rows = checks.rows(blank, data.index)
            yield f"{name!r} is missing in {rows}. New covariates must be complete: fill them in or drop these rows."
        no_number = checks.numbers(data[name])[1]
        if no_number.any() and name in numeric:
            found = checks.values(data[name][no_number].tolist())
            rows = checks.rows(no_number, data.index)
            yield f"{name!r} is not a number in {rows}; found {found}. The model was fitted with numbers."


def _new_response_faults(data: pd.DataFrame, observations: Observations, codes: Mapping[Any, int]) -> Iterator[str]:
    time, choice = checks.time_column(observations.response), checks.choice_column(observations.response)
    excused = np.zeros(len(data), dtype=bool)
    if time is not None:
        yield from checks.rt_faults(data[time], None)
    if choice is not None and codes:
        yield from checks.label_faults(data[choice], codes, excused)
    elif choice is not None:
        yield from checks.response_faults(data[choice], observations.choices, excused)
