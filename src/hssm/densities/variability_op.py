"""Log density of ``full_ddm``: the compiled kernel as a PyTensor operation, the fixed rule where that cannot be.

One operation gives the value and all first derivatives, so a gradient costs nothing more. On numba (and in plain
Python) it runs ``variability_kernel.py``; on JAX, and for second derivatives, it is the expression of
``wiener_variability.py``. Both are the same integral by Gauss-Legendre rules.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import Any

import numba
import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import register_funcify_and_cache_key
from pytensor.tensor import TensorVariable

from hssm.densities import variability_kernel
from hssm.densities.special.first_passage import ell
from hssm.densities.special.jax_backend import when_jax_is_loaded
from hssm.densities.special.numba_backend import fingerprint
from hssm.densities.variability_kernel import N_NUMBERS, loop
from hssm.densities.wiener_variability import N_TIMES, PARAMETERS, log_density_graph
from hssm.spec import Named

_INPUTS = ("rt", "response", *PARAMETERS)
_SLOPE_OF = {"rt": 1, "v": 2, "a": 3, "z": 4, "sz": 5, "sv": 6, "st": 7}


def _graph(inputs: list[TensorVariable], n_times: int) -> TensorVariable:
    named = dict(zip(_INPUTS, inputs, strict=True))
    return log_density_graph(named, named, n_times)


def _graph_slopes(inputs: list[TensorVariable], n_times: int) -> list[TensorVariable]:
    """Derivatives in the order of the operation's outputs, from the fixed rule."""
    by = pytensor.grad(_graph(inputs, n_times).sum(), [inputs[_INPUTS.index(name)] for name in _SLOPE_OF])
    return list(by)


class FullDiffusionOp(Op):
    """Trials in, one row per input of the density; vectors of log densities and of their seven derivatives out.

    ``n_times`` is the number of nodes over the non-decision times in the fixed rule; the kernel counts by itself.
    """

    __props__ = ("n_times",)

    def __init__(self, n_times: int = N_TIMES) -> None:
        self.n_times = n_times

    def make_node(self, trials: Any) -> Apply:
        trials = pt.as_tensor_variable(trials)
        return Apply(self, [trials], [pt.vector(dtype=trials.dtype) for _ in range(N_NUMBERS)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        (trials,) = inputs
        out = np.empty((N_NUMBERS, trials.shape[1]))
        loop(np.ascontiguousarray(trials, dtype=np.float64), out)
        for storage, numbers in zip(outputs, out, strict=True):
            storage[0] = numbers.astype(trials.dtype)

    def infer_shape(self, node: Any, shapes: Any) -> list[Any]:
        return [(shapes[0][1],)] * N_NUMBERS

    def pullback(self, inputs: Any, outputs: Any, output_gradients: Any) -> list[Any]:
        by_value, *by_slopes = output_gradients
        rows = {name: inputs[0][i] for i, name in enumerate(_INPUTS)}
        total = {name: pt.zeros_like(row) for name, row in rows.items()}
        if not isinstance(by_value.type, pytensor.gradient.DisconnectedType):
            total |= {name: by_value * outputs[place] for name, place in _SLOPE_OF.items()}
        used = [i for i, g in enumerate(by_slopes) if not isinstance(g.type, pytensor.gradient.DisconnectedType)]
        if used:
            slopes = _graph_slopes(list(rows.values()), self.n_times)
            cost = sum((slopes[i] * by_slopes[i]).sum() for i in used)
            constants = [by_slopes[i] for i in used]
            second = pytensor.grad(cost, [rows[name] for name in _SLOPE_OF], consider_constant=constants)
            total |= {name: total[name] + slope for name, slope in zip(_SLOPE_OF, second, strict=True)}
        total["t"] = -total["rt"]
        return [pt.stack([total[name] for name in _INPUTS])]


@register_funcify_and_cache_key(FullDiffusionOp)
def _funcify_numba(op: FullDiffusionOp, node: Any = None, **kwargs: Any) -> tuple[Callable[..., Any], str]:
    dtype = np.dtype(node.outputs[0].type.dtype)

    @numba.njit
    def full_diffusion(trials):
        numbers = np.empty((N_NUMBERS, trials.shape[1]))
        loop(np.ascontiguousarray(trials).astype(np.float64), numbers)
        out = numbers.astype(dtype)
        return out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7]

    key = str((dtype.name, ell.fingerprint, fingerprint(), inspect.getsource(variability_kernel)))
    return full_diffusion, sha256(key.encode()).hexdigest()


@cache
def _jax_functions(n_times: int) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The fixed rule's value and slopes as JAX functions, the value with the slopes for a derivative."""
    import jax
    from pytensor.compile.mode import get_mode
    from pytensor.graph.fg import FunctionGraph
    from pytensor.link.jax.dispatch import jax_funcify

    def translated(outputs: list[TensorVariable]) -> Callable[..., Any]:
        fgraph = FunctionGraph(inputs, outputs, clone=True)
        get_mode("JAX").optimizer.rewrite(fgraph)
        return jax_funcify(fgraph)

    inputs = [pt.vector(name) for name in _INPUTS]
    plain, slopes = translated([_graph(inputs, n_times)]), translated(_graph_slopes(inputs, n_times))
    value = jax.custom_jvp(lambda trials: plain(*trials)[0])

    @value.defjvp
    def jvp(primals: Any, tangents: Any) -> tuple[Any, Any]:
        by = dict(zip(_SLOPE_OF, slopes(*primals[0]), strict=True))
        by |= {"t": -by["rt"], "response": 0.0 * by["rt"]}
        return value(*primals), sum(by[name] * tangent for name, tangent in zip(_INPUTS, tangents[0], strict=True))

    return value, slopes


def _register_jax() -> None:
    from pytensor.link.jax.dispatch.basic import jax_funcify

    @jax_funcify.register(FullDiffusionOp)
    def _funcify_jax(op: FullDiffusionOp, **kwargs: Any) -> Callable[..., Any]:
        value, slopes = _jax_functions(op.n_times)
        return lambda trials: (value(trials), *slopes(*trials))


when_jax_is_loaded(_register_jax)

_full_diffusion, _one_time = FullDiffusionOp(), FullDiffusionOp(n_times=1)


def full_ddm_log_density(observed: Named, theta: Named) -> TensorVariable:
    """Log joint density of response time and response of the diffusion model with all variabilities.

    Parameters
    ----------
    observed
        ``rt`` in seconds and ``response``, -1 (lower) or +1 (upper bound).
    theta
        ``v``, ``a``, ``z``, ``t`` as for ``ddm``; ``sz`` in [0, 2 min(z, 1 - z)] and ``st`` in [0, 2 t], full
        widths of the uniform start (relative) and non-decision time (seconds); ``sv`` >= 0, the drift's standard
        deviation.

    Returns
    -------
    TensorVariable
        -inf outside the domain, with zero gradient; accurate to 1e-10, with first and second derivatives.
    """
    inputs = observed["rt"], observed["response"], *(theta[name] for name in PARAMETERS)
    return _apply(_full_diffusion, *pt.broadcast_arrays(*inputs))


def log_density_at(time: TensorVariable, response: TensorVariable, **theta: TensorVariable) -> TensorVariable:
    """Log density at decision times: of the model whose non-decision time is 0 and does not vary."""
    # Added zeros bring all to one shape; broadcasting of unknown lengths would leave checks in the graph, at which
    # JAX warns.
    zeros = sum((pt.zeros_like(x) for x in theta.values()), start=pt.zeros_like(time + response))
    inputs = (time, response, *(theta.get(name, 0.0) for name in PARAMETERS))
    return _apply(_one_time, *(x + zeros for x in inputs))


def _apply(op: FullDiffusionOp, *inputs: TensorVariable) -> TensorVariable:
    """The operation on inputs of one shape."""
    dtype = pytensor.scalar.upcast(*(x.dtype for x in inputs if x.dtype.startswith("float")))
    value, *_ = op(pt.stack([pt.cast(x, dtype).ravel() for x in inputs]))
    return value.reshape(inputs[0].shape, ndim=inputs[0].ndim)
