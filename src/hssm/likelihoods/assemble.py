"""The one place that shows how a model's likelihood is put together, innermost first.

model density -> distribution functions -> bounds -> lapse -> recording (missing responses, deadlines, censoring) ->
truncation -> floor. What was recorded comes after the lapse because a deadline cuts lapses off as well; bounds and
lapse treat a distribution function as they treat the density, so every outcome has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hssm.likelihoods.bounds import Closed, within_bounds
from hssm.likelihoods.floor import with_floor
from hssm.likelihoods.lapse import LapseDensity, with_lapse
from hssm.likelihoods.missing import with_recording
from hssm.likelihoods.outcome_sources import with_outcome_functions
from hssm.likelihoods.outcomes import OBSERVED
from hssm.likelihoods.sources import model_likelihood
from hssm.likelihoods.truncation import within_window
from hssm.spec import Bounds, Likelihood, LikelihoodSpec, ModelSpec, Recording


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """How trials were recorded, the outcomes that occur in the data, and the user's ``loglik_missing_data``."""

    recording: Recording = field(default_factory=Recording)
    occurring: tuple[str, ...] = (OBSERVED,)
    function: Any = None


def assemble(
    spec: ModelSpec,
    likelihood: LikelihoodSpec,
    *,
    bounds: Mapping[str, Bounds] | None = None,
    lapse: LapseDensity | None = None,
    recorded: Recorded | None = None,
    floor: bool = True,
) -> Likelihood:
    """The likelihood of a model with everything that is wrapped around its density.

    Parameters
    ----------
    spec, likelihood
        The model, and the one of its likelihoods to use.
    bounds
        The user's bounds by parameter name; others keep those of the likelihood or the model.
    lapse
        Density of lapse trials; None for a model without lapses (and without the parameter ``p_outlier``).
    recorded
        How trials were recorded; None where every trial has a plain rt and choice.
    floor
        Whether to add 1e-100 to every row's density, as models that are fitted do.
    """
    domain = {**spec.bounds(likelihood.kind), **(bounds or {})}
    recorded = recorded or Recorded()
    assembled = model_likelihood(spec, likelihood)
    assembled = with_outcome_functions(assembled, spec, likelihood, recorded.recording, recorded.function)
    assembled = within_bounds(assembled, domain, closed_ends(spec, domain))
    if lapse is not None:
        assembled = with_lapse(assembled, lapse)
    assembled = with_recording(assembled, recorded.recording, recorded.occurring, model=spec.name)
    assembled = within_window(assembled, recorded.recording.truncation)
    return with_floor(assembled) if floor else assembled


def closed_ends(spec: ModelSpec, bounds: Mapping[str, Bounds]) -> dict[str, Closed]:
    """Whether each end of the bounds is itself valid.

    An end of the natural domain is what the model says it is; one that was drawn inside it, by a user or by a
    network's training box, is valid.
    """
    closed = {}
    for parameter in spec.parameters:
        lower, upper = bounds[parameter.name]
        closed[parameter.name] = (
            parameter.closed[0] if lower <= parameter.bounds[0] else True,
            parameter.closed[1] if upper >= parameter.bounds[1] else True,
        )
    return closed
