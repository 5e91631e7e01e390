"""The printable defaults of a model, default priors included; the public face of :mod:`hssm.models.describe`."""

from __future__ import annotations

from hssm.models import describe
from hssm.models.registry import get_model
from hssm.parameters.default_priors import defaults_for, within
from hssm.parameters.prior import Prior
from hssm.spec import Bounds, LikelihoodSpec, ModelSpec, ParameterSpec


def show_defaults(model: str | ModelSpec, loglik_kind: str | None = None) -> str:
    """Everything a model assumes unless told otherwise, as text: process, choices, bounds, default priors.

    Parameters
    ----------
    model : str or ModelSpec
        A name of :func:`hssm.list_models`, or a model of :func:`hssm.diffusion_model`.
    loglik_kind : str, optional
        One likelihood kind, or None for all that the model has.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        Unknown model (with close matches), or a kind that the model lacks.
    """
    spec = get_model(model)

    def prior_of(parameter: ParameterSpec, likelihood: LikelihoodSpec, bounds: Bounds) -> object:
        simple = defaults_for(spec, likelihood, parameter, bounds).simple
        return within(simple, bounds) if isinstance(simple, Prior) else simple

    return describe.show_defaults(model, loglik_kind, prior_of=prior_of)
