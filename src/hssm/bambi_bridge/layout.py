"""A model's regressions as sparse designs over one long vector of coefficients: the numeric side of a quick fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import bambi as bmb
import numpy as np
from scipy import sparse

from hssm.bambi_bridge.compat import Term
from hssm.bambi_bridge.predictor import Predictor
from hssm.parameters.initial_values import intersection, prior_interval
from hssm.parameters.link import link_for_bounds
from hssm.parameters.quantiles import frozen_distribution, prior_median, spread
from hssm.spec import ResolvedParam

LOOSE = 2.0
"""Prior standard deviation, on the link scale, of coefficients whose prior is not of a kind that can be read off."""
LEAST_SCALE = 1e-3


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """The coefficients of one term (or of a simple parameter): their columns, and a normal prior for each.

    ``design`` is a sparse (n_trials, size) matrix, ``shape`` the shape of the coefficients as a variable.
    """

    variable: str
    term: Term | None
    design: Any
    shape: tuple[int, ...]
    centre: float
    scale: float

    @property
    def is_group(self) -> bool:
        return self.term is not None and self.term.kind == "group"

    @property
    def size(self) -> int:
        return int(self.design.shape[1])


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """One parameter: its blocks in the order of the vector, what is added to them, and its link."""

    name: str
    blocks: tuple[Block, ...]
    offset: Any
    link: Any
    is_regression: bool

    @property
    def design(self) -> Any:
        if not self.blocks:  # every coefficient is fixed
            return sparse.csr_array((len(self.offset), 0))
        return sparse.hstack([block.design for block in self.blocks], format="csr")


def lay_out(param: ResolvedParam, predictor: Predictor, start: float, n_trials: int) -> Layout:
    """The layout of a free parameter that starts at ``start`` (natural scale) on every trial.

    Predictors are centred as in the model, so that an intercept means what it means there. Gaussian-process terms
    stay at zero.
    """
    if not param.is_regression:
        link = link_for_bounds(intersection(param.bounds, prior_interval(param)))
        eta = float(link.link(start))
        ones = sparse.csr_array(np.ones((n_trials, 1)))
        blocks = [Block(variable=param.name, term=None, design=ones, shape=(), centre=eta, scale=LOOSE)]
        return Layout(name=param.name, blocks=tuple(blocks), offset=0.0, link=link, is_regression=False)
    link, terms = param.link or link_for_bounds(param.bounds), predictor.terms
    eta = float(link.link(start))
    has_intercept = any(term.kind == "intercept" for term in terms)
    free = [term for term in terms if term.kind not in ("offset", "hsgp") and isinstance(term.prior, bmb.Prior)]
    free.sort(key=lambda term: term.kind == "group")
    return Layout(
        name=param.name,
        blocks=tuple(_block(term, eta, has_intercept, predictor.center) for term in free),
        offset=sum((_fixed_part(term) for term in terms if term not in free), np.zeros(n_trials)),
        link=link,
        is_regression=True,
    )


def _fixed_part(term: Term) -> Any:
    """What an offset or a term with a fixed coefficient adds; a Gaussian process adds nothing yet."""
    if term.kind == "hsgp":
        return 0.0
    columns = term.columns.reshape(len(term.columns), -1)
    value = 1.0 if term.kind == "offset" else term.prior
    return columns @ np.broadcast_to(np.asarray(value, dtype=float), columns.shape[1:])


def _block(term: Term, eta: float, has_intercept: bool, centers: Mapping[str, np.ndarray] | None) -> Block:
    columns = term.columns.reshape(len(term.columns), -1)
    common: dict[str, Any] = {"variable": term.variable, "term": term}
    if term.kind == "group":
        is_level = not has_intercept and term.name.startswith("1|")
        return Block(
            design=_by_level(columns, np.asarray(term.index), len(term.groups)),
            shape=(len(term.groups), *term.columns.shape[1:]),
            centre=eta if is_level else 0.0,
            scale=_group_scale(term.prior),
            **common,
        )
    is_level = term.kind == "intercept" or (term.is_categorical and not has_intercept)
    if centers and term.name in centers:
        columns = columns - centers[term.name]
    return Block(
        design=sparse.csr_array(columns),
        shape=term.columns.shape[1:],
        centre=eta if is_level else 0.0,
        scale=LOOSE if is_level else _spread(term.prior),
        **common,
    )


def _group_scale(prior: bmb.Prior) -> float:
    """The median of a normal prior's standard deviation; other families vary by about as much as their spread."""
    if prior.name != "Normal" or prior.dist is not None:
        return _spread(prior)
    return max(float(np.max(prior_median(prior.args.get("sigma", 1.0)))), LEAST_SCALE)


def _spread(prior: bmb.Prior) -> float:
    """The spread of a prior whose quantiles are known, else a loose one."""
    known = frozen_distribution(prior) is not None
    return max(float(np.max(spread(prior))), LEAST_SCALE) if known else LOOSE


def _by_level(columns: np.ndarray, index: np.ndarray, n_levels: int) -> Any:
    """(n, levels x p): a trial's columns stand at its own level."""
    n_trials, width = columns.shape
    rows = np.repeat(np.arange(n_trials), width)
    places = (index[:, None] * width + np.arange(width)).ravel()
    return sparse.csr_array((columns.ravel(), (rows, places)), shape=(n_trials, n_levels * width))
