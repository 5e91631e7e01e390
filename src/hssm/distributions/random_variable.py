"""The one PyTensor random variable of the package; its instances carry a likelihood.

A trial is the core unit: parameters and covariates are scalars per trial, a draw is the vector of response
columns. So densities broadcast over (chain, draw, trial), and PyMC's generic machinery (logp, random draws,
conditioning, vectorisation) works for every model without a class per model.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pymc.distributions.distribution import _support_point
from pymc.logprob.abstract import _logprob
from pytensor.tensor.random.op import RandomVariable

from hssm.likelihoods.columns import choice_column, rt_column
from hssm.spec import Likelihood, SimulationOptions


class SSMRandomVariable(RandomVariable):
    """Responses of a sequential sampling model; parameters, then covariates, are the inputs."""

    __props__ = ("name", "signature", "dtype", "inplace", "likelihood")
    _print_name = ("SSM", "\\operatorname{SSM}")

    def __init__(self, likelihood: Likelihood, name: str = "ssm", **properties: Any):
        # PyTensor clones an operator by calling its class with all of its properties.
        self.likelihood = likelihood
        properties.pop("signature", None)
        properties.setdefault("dtype", "floatX")
        n_inputs = len(likelihood.params) + len(likelihood.covariates)
        core = ",".join(["()"] * n_inputs)
        output = "()" if len(likelihood.columns) == 1 else "(k)"
        super().__init__(name=name, signature=f"{core}->{output}", **properties)

    def _supp_shape_from_params(self, dist_params: Any, param_shapes: Any = None) -> tuple:
        return () if self.ndim_supp == 0 else (len(self.likelihood.columns),)

    def rng_fn(self, rng: np.random.Generator, *args: Any) -> np.ndarray:  # type: ignore[override]
        """Draw responses; ``args`` are parameters, covariates and the batch size."""
        *inputs, size = args
        shape = tuple(size) if size is not None else np.broadcast_shapes(*(np.shape(x) for x in inputs))
        flat = [np.broadcast_to(np.asarray(x, dtype=float), shape).ravel() for x in inputs]
        n_params = len(self.likelihood.params)
        theta = dict(zip(self.likelihood.params, flat[:n_params], strict=True))
        covariates = dict(zip(self.likelihood.covariates, flat[n_params:], strict=True))
        draws = draw_responses(self.likelihood, rng, theta, SimulationOptions(covariates=covariates))
        core = () if self.ndim_supp == 0 else (len(self.likelihood.columns),)
        return draws.reshape(shape + core).astype(self.dtype)


def draw_responses(
    likelihood: Likelihood, rng: np.random.Generator, theta: dict[str, np.ndarray], options: SimulationOptions
) -> np.ndarray:
    """(n, n_columns) responses, or an error naming what a model without a simulator needs."""
    if likelihood.simulate is None:
        raise ValueError(
            "This model has no simulator, so it cannot draw responses. "
            "Give one as `rv` in `model_config` (a simulator function or the name of a simulator model)."
        )
    return likelihood.simulate(rng, theta, options)


def observed_columns(likelihood: Likelihood, value: Any) -> dict[str, Any]:
    """Response columns by name from a (..., n_columns) value, or a (...) value if there is one column."""
    if len(likelihood.columns) == 1:
        return {likelihood.columns[0]: value}
    return {name: value[..., i] for i, name in enumerate(likelihood.columns)}


def log_density_of(likelihood: Likelihood, value: Any, inputs: Any) -> Any:
    """Pointwise log density of ``value`` given parameters and covariates in the likelihood's order."""
    n_params = len(likelihood.params)
    theta = dict(zip(likelihood.params, inputs[:n_params], strict=True))
    observed = observed_columns(likelihood, value)
    observed |= dict(zip(likelihood.covariates, inputs[n_params:], strict=True))
    return likelihood.log_density(observed, theta)


@_logprob.register(SSMRandomVariable)
def _ssm_logprob(op: SSMRandomVariable, values: Any, rng: Any, size: Any, *inputs: Any, **kwargs: Any) -> Any:
    (value,) = values
    return log_density_of(op.likelihood, value, inputs)


@_support_point.register(SSMRandomVariable)
def _ssm_support_point(op: SSMRandomVariable, rv: Any, rng: Any, size: Any, *inputs: Any) -> Any:
    """A response that the model can produce: one second after the non-decision time, first choice."""
    batch = rv[..., 0] if op.ndim_supp else rv
    given = dict(zip(op.likelihood.params + op.likelihood.covariates, inputs, strict=True))
    columns = []
    for name in op.likelihood.columns:
        if name == rt_column(op.likelihood.columns):
            columns.append(pt.zeros_like(batch) + given.get("t", 0.0) + 1.0)
        elif name == choice_column(op.likelihood.columns):
            columns.append(pt.full_like(batch, float(op.likelihood.choices[0])))
        else:
            columns.append(pt.zeros_like(batch) + given.get(name, 0.0))
    return pt.stack(columns, axis=-1) if op.ndim_supp else columns[0]
