"""``print(model)``: everything that was decided about a model, in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from hssm.construct import Construction
from hssm.spec import ResolvedParam


def describe_model(construction: Construction) -> str:
    """The text of ``repr(model)``."""
    spec, likelihood = construction.model.spec, construction.model.likelihood
    observations = construction.observations
    lines = [
        "Hierarchical Sequential Sampling Model",
        f"Model: {spec.name}",
        "",
        f"Response variable: {','.join(observations.response)}",
        f"Likelihood: {likelihood.kind}",
        f"Observations: {observations.n_trials}",
    ]
    n_missing = int(np.sum(observations.is_missing))
    if n_missing:
        lines.append(f"Missing responses: {n_missing}")
    if observations.labels:
        mapping = ", ".join(f"{label!r} -> {code}" for code, label in observations.labels.items())
        lines.append(f"Choices: {mapping}")
    lines += ["", "Parameters:", ""]
    for name, param in construction.params.items():
        if name != "p_outlier":
            lines += [f"{name}:", *_indent(_parameter(construction, param)), ""]
    lines += _lapse(construction)
    return "\n".join(lines).rstrip() + "\n"


def _indent(lines: list[str], depth: int = 1) -> list[str]:
    return ["    " * depth + line for line in lines]


def _parameter(construction: Construction, param: ResolvedParam) -> list[str]:
    lines = _regression(construction, param) if param.is_regression else _simple(param)
    return [*lines, f"Explicit bounds: ({param.bounds[0]:g}, {param.bounds[1]:g})"]


def _simple(param: ResolvedParam) -> list[str]:
    if not param.is_fixed:
        return [f"Prior: {param.prior}"]
    if np.ndim(param.fixed_value) == 0:
        return [f"Value: {float(param.fixed_value):g} (fixed)"]
    values = np.asarray(param.fixed_value)
    return [f"Value: fixed vector of {len(values)} values in [{values.min():g}, {values.max():g}]"]


def _regression(construction: Construction, param: ResolvedParam) -> list[str]:
    scale = "natural scale" if param.link.name == "identity" else f"{param.link} scale"
    terms = []
    for term in construction.built.predictors[param.name].terms:
        if term.kind == "offset":
            continue
        form = construction.built.parameterization.get(term.variable)
        prior = _hsgp(term.prior) if term.kind == "hsgp" else str(term.prior)
        terms.append(f"{term.variable} ~ {prior}" + (f"  [{form}]" if form else ""))
    return [
        f"Formula: {param.name} ~ {param.formula}",
        f"Priors ({scale}):",
        *_indent(terms),
        f"Link: {param.link}",
    ]


def _hsgp(priors: Any) -> str:
    return ", ".join(f"{key}: {value}" for key, value in (priors or {}).items())


def _lapse(construction: Construction) -> list[str]:
    param = construction.params.get("p_outlier")
    if param is None:
        return []
    spec = construction.model.spec
    guess = f"each choice with probability 1/{len(spec.choices)}" if spec.is_choice_only else str(construction.lapse)
    lines = [f"Lapse distribution: {guess}"]
    if param.is_fixed and np.ndim(param.fixed_value) == 0:
        return [f"Lapse probability: {float(param.fixed_value):g}", *lines]
    return ["Lapse probability:", *_indent(_parameter(construction, param)), *lines]
