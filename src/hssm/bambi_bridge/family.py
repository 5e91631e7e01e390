"""Resolved parameters -> Bambi's description of the model (formulas, terms, priors, links)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import bambi as bmb
import numpy as np
import pandas as pd

from hssm.bambi_bridge.names import FIXED
from hssm.spec import Observations, ResolvedParam


def describe(
    observations: Observations,
    params: Mapping[str, ResolvedParam],
    *,
    distribution: Any = None,
    extra_namespace: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
) -> bmb.Model:
    """A Bambi model that holds every formula, prior and link; it is read by the bridge, never built by Bambi.

    Bambi wants a parent parameter with a formula: the first regression, or an intercept-only one of the first
    free parameter if there is none. ``options`` are Bambi's own (``categorical``, ``auto_scale``, ...).
    """
    free = [name for name, param in params.items() if not param.is_fixed]
    parent = next((name for name in free if params[name].is_regression), free[0])
    family = make_family(distribution, list(params), {name: _link(param) for name, param in params.items()}, parent)
    main = f"{response_expression(observations.response)} ~ {params[parent].formula or '1'}"
    others = [f"{name} ~ {p.formula}" for name, p in params.items() if p.is_regression and name != parent]
    priors = {name: _bambi_priors(param, name == parent) for name, param in params.items()}
    return bmb.Model(
        bmb.Formula(main, *others),
        _words_as_categories(observations.frame),
        family=family,
        priors=priors,
        extra_namespace={"np": np, "pd": pd, **(extra_namespace or {})},
        **dict(options or {}),
    )


def make_family(
    dist: Any,
    list_params: list[str],
    link: Any,
    parent: str = "v",
    likelihood_name: str = "SSM Likelihood",
    family_name: str = "SSM Family",
) -> bmb.Family:
    """A Bambi family around a PyMC distribution of sequential-sampling responses.

    Parameters
    ----------
    dist : PyMC distribution class
    list_params : parameter names in the distribution's order
    link : a link, or a dict of links by parameter name
    parent : the parameter that the main formula models
    likelihood_name, family_name : labels

    Returns
    -------
    bambi.Family
    """
    likelihood = bmb.Likelihood(likelihood_name, params=list(list_params), parent=parent, dist=dist)
    return bmb.Family(family_name, likelihood=likelihood, link=link)


def response_expression(response: tuple[str, ...]) -> str:
    """``c(rt, response)``, or the bare column name if there is one."""
    return response[0] if len(response) == 1 else f"c({', '.join(response)})"


def _words_as_categories(frame: pd.DataFrame) -> pd.DataFrame:
    """Text as categories, levels sorted: Bambi would do the same, by a call that pandas 3 warns about."""
    words = {name: "category" for name, column in frame.items() if isinstance(column.dtype, pd.StringDtype)}
    return frame.astype(words) if words else frame


def _link(param: ResolvedParam) -> Any:
    return param.link if isinstance(param.link, bmb.Link) else bmb.Link("identity")


def _term_prior(prior: Any) -> Any:
    """Bambi takes only priors (a dict of them for hsgp): a fixed coefficient travels as one, see ``read_terms``."""
    if isinstance(prior, bmb.Prior | Mapping):
        return copy.deepcopy(prior)
    return bmb.Prior(FIXED, auto_scale=False, value=prior)


def _bambi_priors(param: ResolvedParam, is_parent: bool) -> Any:
    if param.is_regression:
        return {term: _term_prior(prior) for term, prior in (param.prior or {}).items()}
    prior = 0.0 if param.is_fixed else copy.deepcopy(param.prior)
    return {"Intercept": prior} if is_parent else prior
