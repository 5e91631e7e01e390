"""Log densities of the exact models as PyTensor functions of a data matrix, and their PyMC distributions.

A door for users: nothing inside the package comes in through here. Every function takes ``data``, an (n_trials, 2)
matrix of reaction times in seconds and responses in model codes, and parameters that are numbers or (n_trials,), arrays
or PyTensor variables. It returns the (n_trials,) log densities as a PyTensor expression with exact gradients, -inf for
impossible trials; ``.eval()`` gives numbers. Equations, units and domains are on the models' pages.
"""

from __future__ import annotations

import warnings
from typing import Any

import pytensor.tensor as pt

from hssm.distributions.make import as_input, make_distribution_class
from hssm.likelihoods.assemble import assemble
from hssm.models.registry import get_model
from hssm.spec import Likelihood

DISTRIBUTIONS = {
    "ANGLE": "angle",
    "DDM": "ddm",
    "DDM_SDV": "ddm_sdv",
    "FULL_DDM": "full_ddm",
    "LBA2": "lba2",
    "LBA3": "lba3",
    "LBA4": "lba4",
    "POISSON_RACE": "poisson_race",
    "RDM3": "racing_diffusion_3",
}
"""PyMC distribution classes of this module, and their models; made on first use."""


def logp_ddm(  # noqa: PLR0913, PLR0917  (HSSM 0.5's signature)
    data: Any, v: Any, a: Any, z: Any, t: Any, err: Any = None, k_terms: Any = None, epsilon: Any = None
) -> Any:
    """Log density of ``ddm``; ``err``, ``k_terms`` and ``epsilon`` are ignored with a FutureWarning.

    Parameters
    ----------
    data : (n_trials, 2)
        Reaction time in seconds, and response, -1 or +1.
    v, a, z, t : scalar or (n_trials,)
        Drift, half the boundary separation, relative start, non-decision time in seconds.
    err, k_terms, epsilon
        Accuracy in HSSM 0.5. Not needed: the density is accurate to 1e-10.

    Returns
    -------
    (n_trials,) PyTensor variable
    """
    _ignore(err=err, k_terms=k_terms, epsilon=epsilon)
    return _log_density("ddm", data, v, a, z, t)


def logp_ddm_sdv(  # noqa: PLR0913, PLR0917  (HSSM 0.5's signature)
    data: Any, v: Any, a: Any, z: Any, t: Any, sv: Any, err: Any = None, k_terms: Any = None, epsilon: Any = None
) -> Any:
    """Log density of ``ddm_sdv``: as :func:`logp_ddm`, with the standard deviation ``sv`` of the drift."""
    _ignore(err=err, k_terms=k_terms, epsilon=epsilon)
    return _log_density("ddm_sdv", data, v, a, z, t, sv)


def logp_full_ddm(  # noqa: PLR0913, PLR0917  (the contract's signature)
    data: Any, v: Any, a: Any, z: Any, t: Any, sz: Any, sv: Any, st: Any
) -> Any:
    """Log density of ``full_ddm``; ``sz`` and ``st`` are full widths of start and non-decision time."""
    return _log_density("full_ddm", data, v, a, z, t, sz, sv, st)


def logp_angle(data: Any, v: Any, a: Any, z: Any, t: Any, theta: Any) -> Any:  # noqa: PLR0913, PLR0917
    """Log density of ``angle``; ``theta`` in radians."""
    return _log_density("angle", data, v, a, z, t, theta)


def logp_ddm_seq2_no_bias(data: Any, vh: Any, vl1: Any, vl2: Any, a: Any, t: Any) -> Any:  # noqa: PLR0913, PLR0917
    """Log density of ``ddm_seq2_no_bias``; responses 0 to 3."""
    return _log_density("ddm_seq2_no_bias", data, vh, vl1, vl2, a, t)


def logp_poisson_race(data: Any, r1: Any, r2: Any, k1: Any, k2: Any, t: Any) -> Any:  # noqa: PLR0913, PLR0917
    """Log density of ``poisson_race``; responses -1 (the first accumulator) and +1."""
    return _log_density("poisson_race", data, r1, r2, k1, k2, t)


def logp_lba2(data: Any, A: Any, b: Any, v0: Any, v1: Any) -> Any:
    """Log density of ``lba2``; responses 0 and 1."""
    return _log_density("lba2", data, A, b, v0, v1)


def logp_lba3(data: Any, A: Any, b: Any, v0: Any, v1: Any, v2: Any) -> Any:  # noqa: PLR0913, PLR0917
    """Log density of ``lba3``; responses 0 to 2."""
    return _log_density("lba3", data, A, b, v0, v1, v2)


def logp_lba4(data: Any, A: Any, b: Any, v0: Any, v1: Any, v2: Any, v3: Any) -> Any:  # noqa: PLR0913, PLR0917
    """Log density of ``lba4``; responses 0 to 3."""
    return _log_density("lba4", data, A, b, v0, v1, v2, v3)


def logp_rdm3(data: Any, A: Any, b: Any, v0: Any, v1: Any, v2: Any, t: Any) -> Any:  # noqa: PLR0913, PLR0917
    """Log density of ``racing_diffusion_3``; responses 0 to 2."""
    return _log_density("racing_diffusion_3", data, A, b, v0, v1, v2, t)


def softmax_inv_temperature(data: Any, beta: Any, *logits: Any) -> Any:
    """Log probability of choices under a softmax with inverse temperature ``beta``.

    Parameters
    ----------
    data : (n_trials,) or (n_trials, 1)
        Choices: -1 and +1 with one logit, 0 to the number of logits with more.
    beta, *logits : scalar or (n_trials,)
        Inverse temperature, and the logits of all choices but the first, whose logit is 0.

    Returns
    -------
    (n_trials,) PyTensor variable
    """
    if not logits:
        raise TypeError("softmax_inv_temperature needs at least one logit: that of the second choice.")
    return _log_density(f"softmax_inv_temperature_{len(logits) + 1}", data, beta, *logits)


def __getattr__(name: str) -> Any:
    if name not in DISTRIBUTIONS:
        raise AttributeError(f"module 'hssm.likelihoods.analytical' has no attribute {name!r}.")
    value = make_distribution_class(_likelihood(DISTRIBUTIONS[name]), name=name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *DISTRIBUTIONS})


def _likelihood(model: str) -> Likelihood:
    spec = get_model(model)
    return assemble(spec, spec.likelihood("analytical"), floor=False)


def _log_density(model: str, data: Any, *params: Any) -> Any:
    likelihood = _likelihood(model)
    rows = as_input(data)
    n_columns = len(likelihood.columns)
    if rows.ndim == 1 and n_columns == 1:
        rows = rows[:, None]
    if rows.ndim != 2 or rows.type.shape[1] not in (None, n_columns):
        raise ValueError(
            f"data must be (n_trials, {n_columns}), {' and '.join(likelihood.columns)}; its shape is {rows.type.shape}."
        )
    observed = {name: rows[:, i] for i, name in enumerate(likelihood.columns)}
    theta = {name: as_input(value) for name, value in zip(likelihood.params, params, strict=True)}
    return pt.as_tensor_variable(likelihood.log_density(observed, theta))


def _ignore(**accuracy: Any) -> None:
    given = [name for name, value in accuracy.items() if value is not None]
    if given:
        warnings.warn(
            f"{', '.join(map(repr, given))} is ignored: the density is exact. Leave it out; a later version will "
            "not accept it.",
            FutureWarning,
            stacklevel=3,
        )
