"""Networks that give the probability of an outcome without a response time, shipped or a user's.

They lie beside the likelihood network. ``<model>_cpn.onnx``: parameters -> log probability of every choice (or of the
first of two), for rt lost and for responses withheld without a deadline. ``<model>_opn.onnx``: parameters and deadline
-> log probability of no response by then. ``<model>_gonogo.onnx``: the same of a response withheld, decided or not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytensor.tensor as pt

from hssm.likelihoods.columns import choice_column, rt_column
from hssm.likelihoods.network import Purpose, first_output, network_for, of_choice, probes
from hssm.likelihoods.network_op import per_row
from hssm.likelihoods.onnx.read import Network
from hssm.likelihoods.sources import by_name
from hssm.models.sources import ShippedNetwork, find_network
from hssm.spec import DensityFunction, Likelihood, LikelihoodSpec, ModelSpec, Named, Recording

CHOICE, TIME = "choice", "deadline"
PROBABILITY = "the log probability of no response by the deadline"
PROBABILITIES = "the log probability of every choice, in their order"


def with_outcome_networks(
    likelihood: Likelihood, spec: ModelSpec, chosen: LikelihoodSpec, recording: Recording
) -> Likelihood:
    """The likelihood with ``log_cdf``, ``log_survival`` and ``log_withheld`` from the networks beside its own.

    A function is None without its network. Choice probabilities are no distribution function, so with censored
    response times they are left out.
    """
    choices, omission, withheld = (beside(chosen.source, kind) for kind in ("cpn", "opn", "gonogo"))
    by_choice = None if choices is None else _choice_probability(choices, spec, chosen)
    return replace(
        likelihood,
        log_cdf=None if recording.censored is not None else by_choice,
        log_survival=None if omission is None else _timed_probability(omission, spec, chosen),
        log_withheld=_withheld(withheld, by_choice, spec, chosen, recording),
    )


def given_network(source: Any, spec: ModelSpec, chosen: LikelihoodSpec, recording: Recording) -> DensityFunction:
    """The function of a user's network: of the deadline if there is one, else of choices."""
    if recording.deadline is not None:
        return _timed_probability(source, spec, chosen)
    by_choice = _choice_probability(source, spec, chosen)
    return by_choice if recording.nogo is None else _of_code(by_choice, spec, recording.nogo)


def beside(source: Any, kind: str) -> Any:
    """The outcome network that lies beside a likelihood network, or None."""
    if isinstance(source, ShippedNetwork):
        found = ShippedNetwork(f"{source.name}_{kind}")
        return found if found.path.is_file() else None
    if not isinstance(source, str | Path):
        return None
    path = find_network(source)
    path = path.with_name(f"{path.stem}_{kind}{path.suffix}")
    return path if path.is_file() else None


def _withheld(
    source: Any, by_choice: DensityFunction | None, spec: ModelSpec, chosen: LikelihoodSpec, recording: Recording
) -> DensityFunction | None:
    """Log P(no response by then, or the choice that is expressed by none); without a deadline that choice alone."""
    if recording.nogo is None:
        return None
    ever = None if by_choice is None else _of_code(by_choice, spec, recording.nogo)
    if recording.deadline is None:
        return ever
    if source is None or not _is_about(source, spec, recording.nogo):
        return None
    by_deadline, rt = _timed_probability(source, spec, chosen), str(rt_column(spec.response))
    if ever is None:
        return by_deadline

    def log_withheld(observed: Named, theta: Named) -> Any:
        is_limited = pt.lt(observed[rt], np.inf)
        safe = {**observed, rt: pt.switch(is_limited, observed[rt], 1.0)}
        return pt.switch(is_limited, by_deadline(safe, theta), ever(observed, theta))

    return log_withheld


def _is_about(source: Any, spec: ModelSpec, nogo: int) -> bool:
    """Whether a go/no-go network was trained for this choice: what its file says, else the first one."""
    stated = _read(source).metadata.get("nogo")
    return nogo == (spec.choices[0] if stated is None else int(float(stated)))


def _read(source: Any) -> Network:
    from hssm.likelihoods.onnx.read import read_network

    return read_network(source)


def _of_code(by_choice: DensityFunction, spec: ModelSpec, code: int) -> DensityFunction:
    choice = choice_column(spec.response)
    return lambda observed, theta: by_choice({**observed, choice: pt.constant(float(code))}, theta)


def _choice_probability(source: Any, spec: ModelSpec, chosen: LikelihoodSpec) -> DensityFunction:
    n_choices = len(spec.choices)
    outputs = (1, 2) if n_choices == 2 else (n_choices,)
    meaning = PROBABILITIES + (", or that of the first" if n_choices == 2 else "")
    names = (*spec.parameter_names, *chosen.covariates)
    purpose = Purpose(inputs=names, n_outputs=outputs, meaning=f"{meaning} ({', '.join(map(str, spec.choices))})")
    network = network_for(source, purpose, probes(spec, spec.bounds(chosen.kind), chosen.covariates)[:1])
    function = of_choice(network, spec.choices)
    return _by_column(lambda column, others: [column, *others], function, CHOICE, spec, chosen)


def _timed_probability(source: Any, spec: ModelSpec, chosen: LikelihoodSpec) -> DensityFunction:
    n = len(spec.parameters)
    points = probes(spec, spec.bounds(chosen.kind), chosen.covariates)
    points = [{**point, TIME: point[spec.response[0]]} for point in points]
    purpose = Purpose(inputs=(*spec.parameter_names, TIME, *chosen.covariates), meaning=PROBABILITY)
    function = first_output(network_for(source, purpose, points))
    return _by_column(lambda column, others: [*others[:n], column, *others[n:]], function, TIME, spec, chosen)


def _by_column(
    order: Callable[[Any, list[Any]], list[Any]],
    function: Callable[[Any], Any],
    column: str,
    spec: ModelSpec,
    chosen: LikelihoodSpec,
) -> DensityFunction:
    """A function of one column and the parameters, which finds the time where a likelihood has its rt."""
    name = f"outcome network of {spec.name!r}"
    evaluate = by_name(
        lambda data, others: per_row(function, order(data[:, 0], others), name),
        replace(spec, response=(column,)),
        chosen,
    )
    rt, choice = str(rt_column(spec.response)), choice_column(spec.response)

    def log_probability(observed: Named, theta: Named) -> Any:
        value = {CHOICE: observed[choice], TIME: observed[rt]}
        return pt.minimum(evaluate({**observed, **value}, theta), 0.0)

    return log_probability
