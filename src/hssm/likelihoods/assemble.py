"""The one place that shows how a model's likelihood is put together, innermost first.

model density -> bounds -> lapse -> floor. Missing responses and deadlines change what a row means, so they
belong next to the density, inside the bounds.
"""

from __future__ import annotations

from collections.abc import Mapping

from hssm.likelihoods.bounds import Closed, within_bounds
from hssm.likelihoods.floor import with_floor
from hssm.likelihoods.lapse import LapseDensity, with_lapse
from hssm.likelihoods.sources import model_likelihood
from hssm.spec import Bounds, Likelihood, LikelihoodSpec, ModelSpec


def assemble(
    spec: ModelSpec,
    likelihood: LikelihoodSpec,
    *,
    bounds: Mapping[str, Bounds] | None = None,
    lapse: LapseDensity | None = None,
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
    floor
        Whether to add 1e-100 to every row's density, as models that are fitted do.
    """
    domain = {**spec.bounds(likelihood.kind), **(bounds or {})}
    assembled = model_likelihood(spec, likelihood)
    assembled = within_bounds(assembled, domain, closed_ends(spec, domain))
    if lapse is not None:
        assembled = with_lapse(assembled, lapse)
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
