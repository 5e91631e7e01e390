"""Likelihood functions of any kind as PyTensor functions of data and parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt

from hssm.distributions.make import as_input
from hssm.likelihoods.blackbox_op import BlackBoxOp
from hssm.likelihoods.sources import as_density
from hssm.models.custom import check_backend, default_backend
from hssm.models.faults import Faults
from hssm.spec import KINDS, LikelihoodSpec, ModelSpec, ParameterSpec
from hssm.suggest import close_matches

LogLikelihood = Callable[..., Any]


def make_likelihood_callable(
    loglik: Any,
    loglik_kind: str,
    backend: str | None = None,
    params_is_reg: Sequence[bool] | None = None,
    params_only: bool | None = None,
) -> LogLikelihood:
    """A PyTensor function ``f(data, *params)`` from a likelihood of any kind.

    Parameters
    ----------
    loglik
        ``analytical``: PyTensor (or, with ``backend="jax"``, JAX) function of all trials or PyMC distribution class;
        ``approx_differentiable``: JAX function of one trial; ``blackbox``: NumPy function of all trials.
    loglik_kind : {"analytical", "approx_differentiable", "blackbox"}
    backend : {"pytensor", "jax", "numpy"}, optional
        What it is written in; follows from the kind unless given.
    params_is_reg : sequence of bool, optional
        Not needed: parameters may be numbers or one value per trial, whichever they are. If given, it fixes the
        number of parameters.
    params_only : bool, optional
        The function takes parameters only, without data (as those of choice probabilities do).

    Returns
    -------
    callable
        ``f(data, *params)`` (``f(*params)`` if ``params_only``) to (n_trials,) log densities; ``data`` is (n_trials, 2)
        or (n_trials, 1).

    Raises
    ------
    ValueError, TypeError
        An unknown kind, a backend that does not go with it, or something that is no likelihood.
    """
    _check_kind(loglik_kind, backend)

    def evaluate(*arguments: Any) -> Any:
        tensors = [as_input(argument) for argument in arguments]
        data, params = (None, tensors) if params_only else (tensors[0], tensors[1:])
        if params_is_reg is not None and len(params_is_reg) != len(params):
            raise TypeError(f"The likelihood takes {len(params_is_reg)} parameters, got {len(params)}.")
        return _evaluate(loglik, loglik_kind, backend, data, params)

    return evaluate


def make_missing_data_callable(
    loglik: Any,
    backend: str = "jax",
    params_is_reg: Sequence[bool] | None = None,
    params_only: bool | None = None,
) -> LogLikelihood:
    """A PyTensor function of parameters (and deadline) to the log probability of an outcome without response time.

    Parameters
    ----------
    loglik
        JAX function of one trial ``f(*params)`` or ``f(deadline, *params)``; PyTensor function of all trials with
        ``backend="pytensor"``.
    backend : {"jax", "pytensor"}
    params_is_reg, params_only
        As in :func:`make_likelihood_callable`; without ``params_only`` the first argument is the deadline's column.
    """
    kinds = {"jax": "approx_differentiable", "pytensor": "analytical"}
    if backend not in kinds:
        raise ValueError(f"`backend` must be 'jax' or 'pytensor', got {backend!r}.{close_matches(backend, kinds)}")
    return make_likelihood_callable(loglik, kinds[backend], backend, params_is_reg, params_only)


def make_blackbox_op(logp: Callable[..., np.ndarray]) -> BlackBoxOp:
    """A PyTensor operator around a NumPy function ``logp(data, *params)``; it has no gradient.

    Parameters
    ----------
    logp : callable
        ``data`` is (n_trials, n_columns), parameters are numbers or (n_trials,); returns (n_trials,) log densities.

    Returns
    -------
    BlackBoxOp
        Call it with columns and parameters that broadcast against each other: the first argument's last axis holds
        the columns.
    """
    if not callable(logp):
        raise TypeError(f"`logp` must be a function of data and parameters, got {type(logp).__name__}.")
    return _MatrixBlackBox(logp)


class _MatrixBlackBox(BlackBoxOp):
    """A black box whose first argument is the (n_trials, n_columns) data matrix."""

    def __call__(self, data: Any, *params: Any, **options: Any) -> Any:
        matrix = as_input(data)
        n_columns = matrix.type.shape[-1] or 2
        function = self.function

        def by_columns(*arrays: Any) -> Any:
            return function(np.stack(np.broadcast_arrays(*arrays[:n_columns]), axis=-1), *arrays[n_columns:])

        columns = [matrix[..., i] for i in range(n_columns)]
        return BlackBoxOp(by_columns, name=self.name)(*columns, *map(as_input, params), **options)


def _check_kind(kind: str, backend: str | None) -> None:
    if kind not in KINDS:
        raise ValueError(f"`loglik_kind` must be one of {', '.join(KINDS)}, got {kind!r}.{close_matches(kind, KINDS)}")
    faults = Faults("Likelihood")
    check_backend(backend, faults)
    faults.raise_if_any()


def _evaluate(loglik: Any, kind: Any, backend: str | None, data: Any, params: list[Any]) -> Any:
    """The log density of a model that has just these parameters."""
    names = tuple(f"p{i}" for i in range(len(params)))
    columns = ("response",) if data is None or data.type.ndim == 1 else ("rt", "response")
    source = (lambda _, *given: loglik(*given)) if data is None else loglik
    spec = ModelSpec(
        name="custom",
        parameters=tuple(ParameterSpec(name=name) for name in names),
        choices=(-1, 1),
        response=columns,
    )
    density = as_density(spec, LikelihoodSpec(kind=kind, source=source, backend=backend or default_backend(kind)))
    theta = dict(zip(names, params, strict=True))
    if data is None:
        observed = {"response": pt.zeros_like(sum(params[1:], params[0]))}
    elif data.type.ndim == 1:
        observed = {"response": data}
    else:
        observed = {name: data[..., i] for i, name in enumerate(columns)}
    return density.log_density(observed, theta)
