"""A quick penalised fit of the whole regression, before anything is sampled.

It answers three questions about the data of a fit: where to start every coefficient and effect, how much the trials
of a group level say about its effect, and around which value. :mod:`partial` makes the last two the parameterisation
of group-specific terms.

The maximiser is Fisher scoring with the outer product of the trials' scores as information (Berndt, Hall, Hall &
Hausman, 1974, Annals of Economic and Social Measurement 3), on link scales; scores are central differences of the
pointwise log density. Effects are shrunk by their standard deviation, re-estimated at every step as in an EM
algorithm for a Gaussian posterior.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from hssm.bambi_bridge.layout import Block, Layout, lay_out
from hssm.bambi_bridge.predictor import Predictor
from hssm.densities.logspace import LOG_FLOOR
from hssm.likelihoods.pointwise import evaluate_pointwise, needed_columns
from hssm.parameters.initial_values import response_times
from hssm.spec import Likelihood, Observations, ResolvedParam

_log = logging.getLogger(__name__)

HALF_STEP = 1e-3
"""Half width of the central difference, on link scales; less for t where rts hardly spread."""
SHARE_OF_SPREAD = 0.01
"""Most that a difference in t moves it, as a share of the standard deviation of rt."""
MOST_STEPS = 30
SHORTEST = 2.0**-6
"""Smallest share of a scoring step that is tried before the search ends."""
GUESS = 0.5
"""Share of the fitted non-decision time below which a response is a fast guess, left to the lapse."""
EARLIER = 0.98
"""Share of the fastest response that is not a guess at which a non-decision time starts, at most ..."""
CLOSER = 0.1
"""... unless the response is so late that this share of the standard deviation of rt before it is closer."""
LARGEST = 600
"""Coefficients up to which the joint covariance is worth its time in every step of a sampler."""
FROM_ON = (1 + 1e-9, 2.0)
"""Non-decision times, relative to the fastest rt, at which its density is looked at."""
ENOUGH = 1e-2
"""Expected gain in log density below which another step is not worth its time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effects:
    """What the trials say about the effects of a group-specific term: one Gaussian per level (and column).

    ``information`` is the curvature of the log likelihood in the effect, ``pull`` the information times the effect
    that the level's own trials favour (which stays finite where they say nothing); ``value`` is the shrunken effect
    of the fit, ``scale`` the standard deviation of the effects. Deviations from the mean, link scale.
    """

    information: np.ndarray
    pull: np.ndarray
    value: np.ndarray
    scale: float

    @property
    def weight(self) -> float:
        """Share that a typical level's own trials have in its effect; the group has the rest."""
        ratio = float(np.median(self.information)) * self.scale**2
        return ratio / (1 + ratio)


@dataclass(frozen=True, kw_only=True, slots=True)
class QuickFit:
    """Coefficients by variable on link scales, simple parameters by name on their natural scale, group effects.

    ``covariance`` is that of the Gaussian approximation to the posterior, given the effects' scales, over
    coefficients, deviations and the simple parameters on the scale of the link for their bounds; ``places`` says
    where each of them stands. None if there are more than ``LARGEST`` of them. ``links`` are those of the simple
    parameters. ``before`` is the fastest rt if the likelihood is zero for every non-decision time from there on.
    """

    coefficients: Mapping[str, np.ndarray] = field(default_factory=dict)
    simple: Mapping[str, float] = field(default_factory=dict)
    effects: Mapping[str, Effects] = field(default_factory=dict)
    places: Mapping[str, slice] = field(default_factory=dict)
    covariance: np.ndarray | None = None
    links: Mapping[str, Any] = field(default_factory=dict)
    before: float | None = None

    def sds(self) -> dict[str, np.ndarray]:
        """Posterior standard deviations of coefficients and simple parameters, on link scales; empty if unknown."""
        if self.covariance is None:
            return {}
        deviations = np.sqrt(np.diag(self.covariance))
        return {
            name: deviations[place].reshape(np.shape(self.coefficients.get(name, 0.0)))
            for name, place in self.places.items()
            if name in self.coefficients or name in self.simple
        }


def quick_fit(
    likelihood: Likelihood,
    observations: Observations,
    params: Mapping[str, ResolvedParam],
    predictors: Mapping[str, Predictor],
    start: Mapping[str, Any],
) -> QuickFit:
    """Fit coefficients, group effects and simple parameters together.

    Parameters
    ----------
    likelihood : Likelihood
        The assembled likelihood, lapse included.
    observations : Observations
        The data.
    params : mapping
        Resolved parameters, by name.
    predictors : mapping
        Terms of every regression and how their columns are centred, by parameter.
    start : mapping
        Natural-scale starting value of every parameter, the same for all trials (arrays for fixed ones).
    """
    problem = _Problem(likelihood, observations, params, predictors, start)
    if not len(problem.centres):
        return QuickFit()
    point = problem.point(problem.centres)
    first = point.log_density
    scales = problem.scales
    for _ in range(MOST_STEPS):
        step, gain = problem.scoring_step(point, scales)
        better = problem.search(point, step, scales)
        if better is None:
            break
        point = better
        scales = problem.new_scales(point, scales)
        if gain < ENOUGH:
            break
    _log.info("Quick fit: log density %.6g at the data-driven start, %.6g after.", first, point.log_density)
    return problem.report(point, problem.before_the_fastest(point.beta), scales)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Point:
    """A vector of coefficients, its log density, and every trial's score in every coefficient (sparse)."""

    beta: np.ndarray
    log_density: float
    scores: Any

    @property
    def slope(self) -> np.ndarray:
        return np.asarray(self.scores.sum(axis=0)).ravel()

    @property
    def information(self) -> np.ndarray:
        """Diagonal of the outer-product information."""
        return np.asarray(self.scores.multiply(self.scores).sum(axis=0)).ravel()


class _Problem:
    """The penalised likelihood as a function of one long vector."""

    def __init__(
        self,
        likelihood: Likelihood,
        observations: Observations,
        params: Mapping[str, ResolvedParam],
        predictors: Mapping[str, Predictor],
        start: Mapping[str, Any],
    ) -> None:
        columns = needed_columns(likelihood)
        self.likelihood = likelihood
        self.plain = _plain_rts(observations)
        self.observed = {name: observations.frame[name].to_numpy(dtype=float) for name in columns}
        self.fixed = {
            name: np.atleast_1d(np.asarray(params[name].fixed_value, dtype=float))[None, :]
            for name in likelihood.params
            if params[name].is_fixed
        }
        times = response_times(observations.frame)
        self.spread = float(np.sqrt(times.variance))
        self.layouts: list[Layout] = [
            lay_out(params[name], predictors[name], float(np.mean(start[name])), observations.n_trials)
            for name in likelihood.params
            if not params[name].is_fixed
        ]
        self.designs = [layout.design for layout in self.layouts]
        self.ends = np.cumsum([0, *(design.shape[1] for design in self.designs)])
        self.blocks: list[Block] = [block for layout in self.layouts for block in layout.blocks]
        self.places = np.cumsum([0, *(block.size for block in self.blocks)])
        narrow = min(HALF_STEP, SHARE_OF_SPREAD * self.spread / times.mean)
        self.half_steps = np.asarray([narrow if layout.name == "t" else HALF_STEP for layout in self.layouts])
        self.centres = self._repeated([block.centre for block in self.blocks])
        self.scales = np.asarray([block.scale for block in self.blocks])

    def _repeated(self, values: Any) -> np.ndarray:
        return np.repeat(np.asarray(values, dtype=float), np.diff(self.places))

    def point(self, beta: np.ndarray) -> _Point:
        """One evaluation of the likelihood for the point itself and both sides of every difference."""
        shifts = np.kron(np.diag(self.half_steps), [[-1.0], [1.0]])
        shifts = np.vstack([np.zeros(len(self.layouts)), shifts])
        theta = dict(self.fixed)
        for i, layout in enumerate(self.layouts):
            eta = self.designs[i] @ beta[self.ends[i] : self.ends[i + 1]] + layout.offset
            eta = eta if layout.is_regression else eta[:1]
            theta[layout.name] = layout.link.linkinv(eta[None, :] + shifts[:, i : i + 1])
        density = evaluate_pointwise(self.likelihood, self.observed, theta)
        slopes = (density[2::2] - density[1::2]) / (2 * self.half_steps[:, None])
        slopes = np.where(np.isfinite(slopes), slopes, 0.0)
        scores = [sparse.diags_array(slope) @ design for slope, design in zip(slopes, self.designs, strict=True)]
        return _Point(beta=beta, log_density=float(density[0].sum()), scores=sparse.hstack(scores, format="csr"))

    def latest_onset(self, beta: np.ndarray) -> float | None:
        """The fastest rt, if its density is zero for a simple ``t`` from there on, and the fitted one is earlier."""
        numbers = [i for i, layout in enumerate(self.layouts) if layout.name == "t" and not layout.is_regression]
        if not numbers or self.plain is None or not np.isfinite(self.plain).any():
            return None
        fastest = float(np.nanmin(self.plain))
        theta = dict(self.fixed)
        for i, layout in enumerate(self.layouts):
            eta = self.designs[i] @ beta[self.ends[i] : self.ends[i + 1]] + layout.offset
            value = layout.link.linkinv(eta if layout.is_regression else eta[:1])[None, :]
            theta[layout.name] = np.repeat(value, len(FROM_ON), 0)
        found = float(theta["t"][0, 0])
        theta["t"] = fastest * np.asarray(FROM_ON)[:, None]
        density = evaluate_pointwise(self.likelihood, self.observed, theta)[:, np.nanargmin(self.plain)]
        return fastest if found < fastest and np.all(density < LOG_FLOOR + ENOUGH) else None

    def objective(self, point: _Point, scales: np.ndarray) -> float:
        return point.log_density - 0.5 * float(np.sum(((point.beta - self.centres) / self._repeated(scales)) ** 2))

    def scoring_step(self, point: _Point, scales: np.ndarray) -> tuple[np.ndarray, float]:
        """The step to the maximum of the quadratic approximation, and the gain it promises."""
        slope = point.slope - self._repeated(scales) ** -2 * (point.beta - self.centres)
        step = splu(self.curvature(point, scales)).solve(slope)
        return step, float(slope @ step)

    def curvature(self, point: _Point, scales: np.ndarray) -> Any:
        """Information of the trials and of the prior, sparse."""
        return (point.scores.T @ point.scores + sparse.diags_array(self._repeated(scales) ** -2)).tocsc()

    def search(self, point: _Point, step: np.ndarray, scales: np.ndarray) -> _Point | None:
        """The first of ever shorter steps that gains; None if none does."""
        before, share = self.objective(point, scales), 1.0
        while share >= SHORTEST:
            candidate = self.point(point.beta + share * step)
            if self.objective(candidate, scales) > before:
                return candidate
            share /= 2
        return None

    def new_scales(self, point: _Point, scales: np.ndarray) -> np.ndarray:
        """Standard deviations of group effects given the effects and their uncertainty; the prior's counts as one."""
        new = scales.copy()
        information = point.information
        for i, block in enumerate(self.blocks):
            if block.is_group:
                place = slice(self.places[i], self.places[i + 1])
                variance = 1 / (information[place] + scales[i] ** -2)
                squares = (point.beta[place] - block.centre) ** 2 + variance
                new[i] = np.sqrt((np.sum(squares) + block.scale**2) / (block.size + 1))
        return new

    def before_the_fastest(self, beta: np.ndarray) -> np.ndarray:
        """The coefficients with every non-decision time below the fastest rt it has to explain.

        The lapse lets the fit put ``t`` above a few rts. Those above ``GUESS`` times ``t`` are taken for decisions,
        and the effect of their level (or the intercept) is lowered; faster ones are left to the lapse.
        """
        numbers = [i for i, layout in enumerate(self.layouts) if layout.name == "t"]
        if not numbers or "rt" not in self.observed:
            return beta
        layout, first = self.layouts[numbers[0]], int(self.ends[numbers[0]])
        design, rt = self.designs[numbers[0]], self.observed["rt"]
        eta = design @ beta[first : first + design.shape[1]] + layout.offset
        with np.errstate(invalid="ignore"):
            explained = rt > GUESS * layout.link.linkinv(eta)
            latest = np.maximum(EARLIER * rt, rt - CLOSER * self.spread)
            excess = np.where(explained, eta - layout.link.link(np.where(explained, latest, 1.0)), 0.0)
        excess = np.where(excess > 0, excess, 0.0)
        lowered = beta.copy()
        place = first
        for block in layout.blocks:
            if block.is_group and block.term is not None and block.term.name.startswith("1|"):
                shift = np.zeros(block.size)
                np.maximum.at(shift, np.asarray(block.term.index), excess)
                lowered[place : place + block.size] -= shift
                return lowered
            place += block.size
        for block in layout.blocks[:1]:
            lowered[first : first + block.size] -= excess.max(initial=0.0)
        return lowered

    def report(self, point: _Point, start: np.ndarray, scales: np.ndarray) -> QuickFit:
        """What was found; ``start`` are the coefficients to begin sampling at."""
        information, slope = point.information, point.slope
        coefficients, simple, effects = {}, {}, {}
        links = {block.variable: layout.link for layout in self.layouts for block in layout.blocks}
        for i, block in enumerate(self.blocks):
            place = slice(self.places[i], self.places[i + 1])
            value, found = start[place].reshape(block.shape), point.beta[place].reshape(block.shape)
            if block.term is None:
                simple[block.variable] = float(links[block.variable].linkinv(value))
            elif block.is_group:
                own = information[place].reshape(block.shape)
                pull = own * found + slope[place].reshape(block.shape)
                effects[block.variable] = Effects(information=own, pull=pull, value=value, scale=float(scales[i]))
            else:
                coefficients[block.variable] = value
        small = len(self.centres) <= LARGEST
        return QuickFit(
            coefficients=coefficients,
            simple=simple,
            effects=effects,
            places={b.variable: slice(self.places[i], self.places[i + 1]) for i, b in enumerate(self.blocks)},
            links={name: links[name] for name in simple},
            covariance=np.linalg.inv(self.curvature(point, scales).toarray()) if small else None,
            before=self.latest_onset(start),
        )


def _plain_rts(observations: Observations) -> np.ndarray | None:
    """(n_trials,) reaction times, NaN where none was measured to the point; None if the data have none."""
    if "rt" not in observations.response:
        return None
    rt = observations.frame["rt"].to_numpy(dtype=float)
    censored = observations.recording.censored
    known = ~observations.is_missing & np.isfinite(rt) & (rt > 0)
    if censored is not None:
        known &= observations.frame[censored].to_numpy(dtype=float) == 0
    return np.where(known, rt, np.nan)
