"""The frozen core types that every stage of the package passes to the next.

This module imports nothing from ``hssm``: it is the bottom of the layer table, and the only vocabulary
that models, densities, simulators, likelihoods and the Bambi bridge share.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from operator import attrgetter
from typing import Any, Literal

import numpy as np

LikelihoodKind = Literal["analytical", "approx_differentiable", "blackbox"]
KINDS: tuple[LikelihoodKind, ...] = ("analytical", "approx_differentiable", "blackbox")
BACKENDS = ("pytensor", "jax", "numpy")

Bounds = tuple[float, float]
Ceiling = tuple[str, Callable[[Any], Any]]
Named = Mapping[str, Any]
DensityFunction = Callable[[Named, Named], Any]

MISSING_CODE = -999.0
"""Value of every response column of an omitted, withheld or unfinished trial."""


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Reference:
    """Where an object of a module lives, as ``"module:name"``; imported on first use.

    Model files name their densities and simulators this way, so that they stay data and listing the models
    loads neither PyTensor nor numba. Calling a reference calls the object.
    """

    path: str

    def load(self) -> Any:
        module, _, name = self.path.partition(":")
        return attrgetter(name)(import_module(module))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.load()(*args, **kwargs)


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """How the numbers of a model grow together along a ridge of its likelihood.

    A parameter grows with another one, named ``beside``, as exp(``power`` ``law``(other, ``scale`` time)), where time
    is the ``"fastest"`` or the ``"mean"`` response time of the data in seconds; ``law`` returns a logarithm.
    """

    beside: str
    law: Reference
    scale: float = 1.0
    power: float = 1.0
    time: Literal["fastest", "mean"] = "fastest"


@dataclass(frozen=True, kw_only=True, slots=True)
class ParameterSpec:
    """One parameter of a model: its natural domain and how people speak of it.

    ``role`` is the row of the default-prior table it follows ("v", "a", "z", "t", "sv", "sz", "st",
    "theta", ... or "generic", by bounds). ``closed`` says whether an end of ``bounds`` is itself valid. ``above``
    names a parameter that this one must exceed, ``ceiling`` another one and the function of it that is the most that
    this one can be; ``factor`` names a positive one whose product with this one is all that responses depend on;
    ``along`` is how it grows with another one where the likelihood has a ridge; ``coordinate`` is how samplers move
    it: "" as PyMC chooses, or "bent", "bent_square", "shifted" or "tangent", see
    :mod:`hssm.parameters.coordinates`.
    """

    name: str
    role: str = "generic"
    bounds: Bounds = (-math.inf, math.inf)
    closed: tuple[bool, bool] = (False, False)
    description: str = ""
    unit: str = ""
    default_prior: Any = None
    above: str | None = None
    ceiling: Ceiling | None = None
    factor: str | None = None
    along: Growth | None = None
    coordinate: Literal["", "bent", "bent_square", "shifted", "tangent"] = ""

    def __post_init__(self) -> None:
        _require(self.name.isidentifier(), f"A parameter name must be an identifier, got {self.name!r}.")
        lower, upper = self.bounds
        _require(lower < upper, f"Bounds of {self.name!r} must be lower < upper, got {self.bounds}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Density:
    """Log density of one trial and, where known, its distribution functions.

    Every function takes ``(observed, theta)``, mappings from column and parameter names to PyTensor
    variables that broadcast against each other, and returns one PyTensor variable.

    ``log_density``: log f_c(rt), -inf outside the domain, without NaN in value or gradient.
    ``log_cdf``: log P(response = c and RT <= rt). ``log_survival``: log P(RT > rt), any response.
    """

    log_density: DensityFunction
    log_cdf: DensityFunction | None = None
    log_survival: DensityFunction | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LikelihoodSpec:
    """One way to evaluate a model: its kind, its source and the domain on which it is valid.

    ``source`` is a :class:`Density` (or a :class:`Reference` to one) for our own mathematics; otherwise what a
    user gave (callable, Op, network path), which ``likelihoods.sources`` turns into a :class:`Density`.
    """

    kind: LikelihoodKind
    source: Any
    backend: str | None = "pytensor"
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    default_priors: Mapping[str, Any] = field(default_factory=dict)
    covariates: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _require(self.kind in KINDS, f"Likelihood kind {self.kind!r} is not one of {', '.join(KINDS)}.")
        for name, (lower, upper) in self.bounds.items():
            _require(lower < upper, f"Bounds of {name!r} must be lower < upper, got {(lower, upper)}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulationOptions:
    """Numerical settings of a simulation; exact samplers use none of them.

    ``delta_t`` and ``max_t`` are in seconds.
    """

    delta_t: float = 0.001
    max_t: float = 20.0
    n_threads: int = 1
    covariates: Mapping[str, np.ndarray] = field(default_factory=dict)


DrawFunction = Callable[[np.random.Generator, Mapping[str, np.ndarray], SimulationOptions], np.ndarray]


@dataclass(frozen=True, kw_only=True, slots=True)
class Simulator:
    """Draws responses of a model.

    ``draw(rng, theta, options)`` takes parameters by name, all of one common shape (n,), and returns an
    (n, n_columns) float array in the order of ``ModelSpec.response``; a path that did not finish before
    ``options.max_t`` is a row of ``MISSING_CODE``. ``exact`` samplers have no discretisation error.
    """

    draw: DrawFunction
    exact: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelSpec:
    """A model as data: parameters, choices, likelihoods in order of preference, simulator, references."""

    name: str
    parameters: tuple[ParameterSpec, ...]
    choices: tuple[int, ...]
    likelihoods: tuple[LikelihoodSpec, ...] = ()
    simulator: Simulator | None = None
    response: tuple[str, ...] = ("rt", "response")
    description: str = ""
    equation: str = ""
    references: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = self.parameter_names
        _require(len(set(names)) == len(names), f"Model {self.name!r} repeats a parameter: {', '.join(names)}.")
        _require(len(set(self.choices)) == len(self.choices), f"Model {self.name!r} repeats a choice: {self.choices}.")
        kinds = [likelihood.kind for likelihood in self.likelihoods]
        _require(len(set(kinds)) == len(kinds), f"Model {self.name!r} has two likelihoods of one kind: {kinds}.")
        for likelihood in self.likelihoods:
            unknown = (set(likelihood.bounds) | set(likelihood.default_priors)) - set(names)
            _require(not unknown, f"Model {self.name!r}: bounds or priors for unknown parameters {sorted(unknown)}.")

    @property
    def parameter_names(self) -> tuple[str, ...]:
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def is_choice_only(self) -> bool:
        return "rt" not in self.response and len(self.response) == 1

    def parameter(self, name: str) -> ParameterSpec:
        return next(parameter for parameter in self.parameters if parameter.name == name)

    def likelihood(self, kind: str | None = None) -> LikelihoodSpec:
        """The likelihood of a kind, or the preferred one; ValueError naming the kinds there are."""
        for likelihood in self.likelihoods:
            if kind is None or likelihood.kind == kind:
                return likelihood
        has = ", ".join(likelihood.kind for likelihood in self.likelihoods) or "none"
        raise ValueError(f"Model {self.name!r} has no likelihood of kind {kind!r}; it has: {has}.")

    def bounds(self, kind: str | None = None) -> dict[str, Bounds]:
        """Bounds of every parameter: the likelihood's own where it has them, else the natural domain."""
        own = self.likelihood(kind).bounds if self.likelihoods else {}
        return {p.name: own.get(p.name, p.bounds) for p in self.parameters}


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """How trials were recorded: what a row without a plain reaction time means.

    ``missing`` is the code of a missing rt (NaN counts as well), None where none may be missing. ``deadline`` is the
    column of deadlines in seconds, inf for a trial without one; ``constant_deadline`` its value where the user gave one
    number. ``nogo`` is the choice that is expressed by withholding the response. ``censored`` is the column that says
    on which side of the number in rt the reaction time lies: -1 below, 1 above, 0 for a plain rt. Only reaction times
    in ``truncation``, (low, high) in seconds, were recorded.
    """

    missing: float | None = None
    deadline: str | None = None
    constant_deadline: float | None = None
    nogo: int | None = None
    censored: str | None = None
    truncation: Bounds = (0.0, math.inf)

    @property
    def columns(self) -> tuple[str, ...]:
        """What it adds to the response columns."""
        return tuple(name for name in (self.deadline, self.censored) if name is not None)

    @property
    def is_truncated(self) -> bool:
        return self.truncation != (0.0, math.inf)


@dataclass(frozen=True, kw_only=True, slots=True)
class Observations:
    """A validated data set, rows in the user's order.

    ``frame`` is a private copy with responses in model codes; ``labels`` maps codes to the user's labels
    (empty if nothing was recoded); ``positions`` are the row positions in the frame as the user gave it
    (they differ from 0 .. n-1 only where ``dropna`` removed rows).
    """

    frame: Any
    response: tuple[str, ...]
    choices: tuple[int, ...]
    labels: Mapping[int, Any] = field(default_factory=dict)
    covariates: tuple[str, ...] = ()
    is_missing: np.ndarray
    recording: Recording = field(default_factory=Recording)
    positions: np.ndarray

    @property
    def n_trials(self) -> int:
        return len(self.frame)

    @property
    def response_str(self) -> str:
        return ",".join(self.response)

    def response_matrix(self) -> np.ndarray:
        """(n_trials, n_columns) float array of the response columns."""
        return self.frame[list(self.response)].to_numpy(dtype=float)


@dataclass(frozen=True, kw_only=True, slots=True)
class ResolvedParam:
    """Everything the bridge needs to know about one parameter.

    Exactly one of three: fixed (``fixed_value`` a number or an (n_trials,) array), simple (``prior`` is one
    prior), or a regression (``formula`` is a right-hand side, ``prior`` a dict from term names to priors).
    """

    name: str
    bounds: Bounds
    closed: tuple[bool, bool] = (False, False)
    link: Any = None
    prior: Any = None
    formula: str | None = None
    fixed_value: Any = None
    explicit_bounds: bool = False
    unit: str = ""
    above: str | None = None
    ceiling: Ceiling | None = None
    factor: str | None = None
    along: Growth | None = None
    coordinate: str = ""

    @property
    def is_regression(self) -> bool:
        return self.formula is not None

    @property
    def is_fixed(self) -> bool:
        return self.fixed_value is not None


SimulateFunction = Callable[[np.random.Generator, Mapping[str, np.ndarray], SimulationOptions], np.ndarray]


@dataclass(frozen=True, kw_only=True, slots=True)
class Likelihood:
    """A density and its simulator under one roof, so that wrappers transform both together.

    ``params`` are names in model order (``p_outlier`` last when a lapse is active), ``columns`` the response
    columns, ``covariates`` the extra fields. Functions take mappings by name, as in :class:`Density`;
    ``log_withheld`` is log P(no response by rt, or the choice that is expressed by none).
    """

    params: tuple[str, ...]
    columns: tuple[str, ...]
    choices: tuple[int, ...]
    log_density: DensityFunction
    covariates: tuple[str, ...] = ()
    log_cdf: DensityFunction | None = None
    log_survival: DensityFunction | None = None
    log_withheld: DensityFunction | None = None
    simulate: SimulateFunction | None = None
    differentiable: bool = True
    uses_jax: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class BuiltModel:
    """What the Bambi bridge hands to inference.

    ``parameterization`` has the form of every group-specific term, ``asked_forms`` of those whose form the user chose;
    ``quick_fit`` is the fit that starting values and centring were taken from (bambi_bridge.quick_fit).
    """

    bambi_model: Any
    pymc_model: Any
    distribution: Any
    likelihood: Likelihood
    predictors: Mapping[str, Any]
    observations: Observations
    parameterization: Mapping[str, str]
    asked_forms: Mapping[str, str] = field(default_factory=dict)
    quick_fit: Any = None
    units: Mapping[str, str] = field(default_factory=dict)
