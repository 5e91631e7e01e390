"""A number with another one at its side: how a transform comes by a variable that its own variable does not depend on.

PyMC lets a transform use only what is an input of the variable that it transforms. An argument of that variable's
prior, put beside the other variable, is the same number, and brings the other along. Used by ``coordinates.py``.
"""

from __future__ import annotations

import sys
from typing import Any

from pytensor.graph.traversal import ancestors
from pytensor.tensor.elemwise import Elemwise

from hssm.densities.special.function import Piece, SpecialFunction, SpecialOp

_NAME = "beside"


def _is_number(x, other):
    return (x >= 0.0) | (x < 0.0)


def _jet(x, other):
    return x, 1.0 + 0.0 * x


def _hessian(x, other):
    return (0.0 * x,)


beside = SpecialFunction(
    name=_NAME,
    n_variables=1,
    constants=1,
    pieces=(Piece(holds=_is_number, jet=_jet, hessian=_hessian, anchor=(0.0, 0.0)),),
    modules=(sys.modules[__name__],),
)
"""``beside(x, other)``: x, in a graph that contains ``other``."""


def company(inputs: tuple[Any, ...]) -> Any:
    """The variable that was put beside one of the inputs of a random variable.

    Raises
    ------
    ValueError
        If none was.
    """
    for variable in ancestors(inputs):
        op = variable.owner.op if variable.owner else None
        if isinstance(op, Elemwise) and isinstance(op.scalar_op, SpecialOp) and op.scalar_op.function_name == _NAME:
            return variable.owner.inputs[1]
    raise ValueError("No variable was put beside the arguments of this one; see `hssm.parameters.beside`.")
