"""Constructor arguments -> BuiltModel: the stages of the package in the order of the data.

Everything the user says is validated here, once; what comes out is never rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hssm.bambi_bridge.build import BuildOptions, build
from hssm.bambi_bridge.compat import coded_columns, factor_columns
from hssm.bambi_bridge.renew import renew
from hssm.bambi_bridge.starts import starting_values
from hssm.collector import collector_paused
from hssm.data import checks
from hssm.data.observe import new_responses, observe
from hssm.data.outcomes import deadline_faults
from hssm.data.recording import recording_of
from hssm.likelihoods.assemble import Recorded, assemble
from hssm.likelihoods.lapse_density import LapseDensity, resolve_lapse
from hssm.likelihoods.missing import ALIKE
from hssm.likelihoods.outcomes import OBSERVED, occurring
from hssm.models.config import ResolvedModel, resolve_model
from hssm.models.faults import Faults
from hssm.parameters.collect import collect_params
from hssm.parameters.formula import formula_names
from hssm.parameters.initial_values import data_driven_start
from hssm.parameters.resolve import resolve_parameters
from hssm.spec import MISSING_CODE, BuiltModel, Likelihood, Observations, Recording, ResolvedParam
from hssm.suggest import close_matches

BAMBI_OPTIONS = ("categorical", "potentials", "dropna", "auto_scale", "center_predictors")


@dataclass(frozen=True, kw_only=True, slots=True)
class Construction:
    """Everything that was made on the way to the PyMC model; ``outcomes`` are those that the likelihood knows."""

    model: ResolvedModel
    params: Mapping[str, ResolvedParam]
    observations: Observations
    lapse: LapseDensity | None
    loglik_missing_data: Any
    outcomes: tuple[str, ...]
    built: BuiltModel
    options: BuildOptions
    initvals: Mapping[str, np.ndarray]


@collector_paused()
def construct(data: pd.DataFrame, arguments: Mapping[str, Any]) -> Construction:
    """Run every stage; ``arguments`` are the constructor's, by name, with ``keywords`` for the rest."""
    checks.require_frame(data)
    _check_jitter(arguments["initval_jitter"])
    model = resolve_model(
        arguments["model"],
        model_config=arguments["model_config"],
        loglik=arguments["loglik"],
        loglik_kind=arguments["loglik_kind"],
        choices=arguments["choices"],
    )
    recording = recording_of(arguments, data, response=model.spec.response, choices=model.spec.choices)
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
    observations = _observe(data, model, params, recording, arguments, bambi_options)
    params = dict(_on_kept_rows(params, observations, len(data)))
    if lapse is not None:
        checks.check_lapse_support(observations, lapse.support)
    recorded = _recorded(observations, arguments["loglik_missing_data"])
    likelihood = _assembled(model, params, lapse, recorded)
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
        loglik_missing_data=arguments["loglik_missing_data"],
        outcomes=recorded.occurring,
        built=built,
        options=options,
        initvals=starting_values(built, natural),
    )


def _assembled(
    model: ResolvedModel, params: Mapping[str, ResolvedParam], lapse: LapseDensity | None, recorded: Recorded
) -> Likelihood:
    bounds = {name: param.bounds for name, param in params.items() if name in model.spec.parameter_names}
    return assemble(model.spec, model.likelihood, bounds=bounds, lapse=lapse, recorded=recorded)


def _recorded(observations: Observations, function: Any, frame: pd.DataFrame | None = None) -> Recorded:
    """The outcomes that the data of a fit, or another frame, have."""
    recording, columns = observations.recording, observations.response
    if recording == Recording():
        return Recorded()
    source = observations.frame if frame is None else frame
    rows = {name: source[name].to_numpy(dtype=float) for name in columns}
    return Recorded(recording=recording, occurring=tuple(occurring(rows, columns, recording)), function=function)


def with_responses(construction: Construction, responses: np.ndarray, process_initvals: bool = True) -> Construction:
    """The same model of other responses to the same design, with the same compiled functions where that is possible.

    The PyMC model of ``construction`` is taken over; ``construction`` itself can no longer be sampled then. A
    likelihood that does not know an outcome of the new data makes a new model, which knows those of the old ones too.

    Parameters
    ----------
    construction : what was made from the first data
    responses : (n_trials, n_columns) array of the response columns in model codes, as the model's simulator draws them
    process_initvals : as in the constructor
    """
    old = construction.observations
    columns = dict(zip(old.response, np.asarray(responses, dtype=float).T, strict=True))
    frame = old.frame.assign(**columns)
    is_missing = frame["rt"].to_numpy() == MISSING_CODE if "rt" in columns else old.is_missing
    observations = replace(old, frame=frame, is_missing=is_missing)
    start = _starts(construction.model, construction.params, observations, process_initvals)
    recorded = _recorded(observations, construction.loglik_missing_data)
    outcomes = tuple(dict.fromkeys((*construction.outcomes, *recorded.occurring)))
    own: Mapping[str, np.ndarray] | None = construction.initvals
    if set(outcomes) <= {OBSERVED, *construction.outcomes}:
        built = renew(construction.built, observations, start)
    else:
        built, own = _with_outcomes(construction, observations, replace(recorded, occurring=outcomes), start), None
    natural = start if process_initvals else {}
    return replace(
        construction,
        observations=observations,
        outcomes=outcomes,
        built=built,
        initvals=starting_values(built, natural, own),
    )


def _with_outcomes(
    construction: Construction, observations: Observations, recorded: Recorded, start: Mapping[str, Any]
) -> BuiltModel:
    """A new model whose likelihood knows more outcomes."""
    likelihood = _assembled(construction.model, construction.params, construction.lapse, recorded)
    options = replace(construction.options, start=start)
    return build(observations, construction.params, likelihood, options, model_name=construction.model.spec.name)


def likelihood_of(construction: Construction, frame: pd.DataFrame) -> Likelihood:
    """The likelihood of a checked frame of new data, which may have outcomes that the data of the fit have not."""
    own = _recorded(construction.observations, construction.loglik_missing_data)
    new = _recorded(construction.observations, construction.loglik_missing_data, frame)
    if set(new.occurring) <= {OBSERVED, *own.occurring}:
        return construction.built.likelihood
    return _assembled(construction.model, construction.params, construction.lapse, new)


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
    recording: Recording,
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
        recording=recording,
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
    construction: Construction,
    data: Any,
    used_columns: tuple[str, ...],
    *,
    with_response: bool,
    without_groups: bool = False,
) -> pd.DataFrame:
    """New covariates, checked: every column the model uses is there, numeric where it was, without gaps.

    ``without_groups``: columns that only tell groups apart need not be there.
    """
    checks.require_frame(data)
    observations = construction.observations
    if without_groups:
        absent = [name for name in _only_groups(construction) if name not in data]
        data = data.assign(**{name: observations.frame[name].iloc[0] for name in absent})
    recording = observations.recording
    if recording.constant_deadline is not None:
        data = data.assign(**{str(recording.deadline): recording.constant_deadline})
    covariates = {name: "a predictor" for name in used_columns if name in observations.frame}
    covariates |= dict.fromkeys(construction.model.likelihood.covariates, "an extra field")
    covariates |= {} if recording.deadline is None else {recording.deadline: "the column of deadlines"}
    responses = dict.fromkeys(observations.response, "a response column") if with_response else {}
    internal = {ALIKE: np.arange(len(data))} if recording != Recording() else {}
    checks.require_columns(data, {n: why for n, why in (responses | covariates).items() if n not in internal})
    data = data.assign(**internal)
    faults = list(_new_covariate_faults(data, covariates, _numeric_columns(construction, covariates)))
    faults += [] if faults else list(_unseen_levels(data, construction))
    faults += deadline_faults(data, recording) if not with_response and not faults else []
    if not with_response:
        checks.raise_faults(faults)
        return data.copy()
    frame, own_faults = new_responses(data, observations)
    checks.raise_faults([*faults, *own_faults])
    return frame


def _numeric_columns(construction: Construction, columns: Iterable[str]) -> set[str]:
    """Columns that enter as numbers; the names of new groups may be words where those of the fit were numbers."""
    groups = [term for predictor in construction.built.predictors.values() for term in predictor.groups()]
    names = {part for term in groups for part in term.factor.split(":")}
    frame = construction.observations.frame
    return {name for name in columns if pd.api.types.is_numeric_dtype(frame[name].dtype)} - names


def _only_groups(construction: Construction) -> set[str]:
    """Columns that tell groups apart and enter the model in no other way."""
    predictors = construction.built.predictors.values()
    effects = " ".join(term.name.split("|")[0] for predictor in predictors for term in predictor.terms)
    elsewhere = {*re.findall(r"\w+", effects), *construction.model.likelihood.covariates}
    return {
        name for predictor in predictors for term in predictor.groups() for name in factor_columns(term)
    } - elsewhere


def _unseen_levels(data: pd.DataFrame, construction: Construction) -> Iterator[str]:
    """Levels of categorical predictors that have no coefficient, because the data of the fit had none of them."""
    terms = [term for predictor in construction.built.predictors.values() for term in predictor.terms]
    parts = dict.fromkeys(part for term in terms for part in term.name.split("|")[0].split(":"))
    frame = construction.observations.frame
    for name in (part for part in parts if part in frame and not pd.api.types.is_numeric_dtype(frame[part].dtype)):
        yield from _unseen(name, data[name], sorted(frame[name].unique()))
    coded = {call.name: call for term in terms for call in coded_columns(term, data)}
    for call in coded.values():
        yield from _unseen(call.name, pd.Series(call.values, index=data.index), call.levels)


def _unseen(name: str, values: pd.Series, known: Sequence[Any]) -> Iterator[str]:
    unseen = ~values.isin(known).to_numpy()
    if unseen.any():
        found, allowed = checks.values(values[unseen].tolist()), checks.values(pd.Series(known).tolist())
        yield (
            f"{name!r} has levels that were not in the fit: {found} in {checks.rows(unseen, values.index)}. "
            f"Levels of the fit: {allowed}. Predict for these, or fit data that have the new ones."
        )


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
