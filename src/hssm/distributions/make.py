"""Likelihood -> PyMC distribution class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pymc.distributions.distribution import Distribution
from pytensor import config
from pytensor.graph import Variable

from hssm.distributions.random_variable import SSMRandomVariable
from hssm.spec import Likelihood


def make_distribution_class(likelihood: Likelihood, name: str = "SSM") -> type[Distribution]:
    """A PyMC distribution class whose parameters are those of ``likelihood``, by position or by name.

    Covariates (extra fields) follow the parameters and are inputs too, so predictions can replace them. A parameter
    named ``shape`` must be given by position where PyMC is told the shape of the variable, or finds it out from dims.
    """
    names = likelihood.params + likelihood.covariates

    def dist(cls: Any, *args: Any, **kwargs: Any) -> Any:
        inputs, rest = _named_inputs(name, names, args, kwargs)
        return Distribution.dist.__func__(cls, inputs, **rest)

    namespace = {
        "rv_op": SSMRandomVariable(likelihood, name=name),
        "dist": classmethod(dist),
        "params": names,
        "likelihood": likelihood,
        "__doc__": f"PyMC distribution of {', '.join(likelihood.columns)} with parameters {', '.join(names)}.",
    }
    return type(Distribution)(name, (Distribution,), namespace)


def _named_inputs(name: str, names: tuple[str, ...], args: tuple, kwargs: dict) -> tuple[list, dict]:
    """Inputs in the order of ``names`` from positions and names; what is left goes on to PyMC."""
    if len(args) > len(names):
        raise TypeError(f"{name} takes {len(names)} parameters ({', '.join(names)}), got {len(args)}.")
    inputs = dict(zip(names, args, strict=False))
    rest = dict(kwargs)
    for key in names:
        if key not in rest:
            continue
        if key in inputs:
            if key == "shape":  # PyMC's own
                continue
            raise TypeError(f"{name} got {key!r} twice: by position and by name.")
        inputs[key] = rest.pop(key)
    missing = [key for key in names if key not in inputs]
    if missing:
        raise TypeError(f"{name} needs the parameters {', '.join(names)}; missing: {', '.join(missing)}.")
    return [as_input(inputs[key]) for key in names], rest


def as_input(value: Any) -> Any:
    """A number, array or variable as a PyTensor variable; PyTensor would hold a bare 1.3 in 32 bits."""
    return value if isinstance(value, Variable) else pt.as_tensor_variable(np.asarray(value, dtype=config.floatX))
