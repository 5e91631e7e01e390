"""The table of operators: ONNX name -> function of arrays.

Functions take the array module ``xp`` (JAX's, or NumPy for what is constant), then the inputs by position and the
attributes by name, as the ONNX specification names them; what an older operator set has as an attribute and a newer one
as an input is one argument here. Domain: inference, so dropout does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hssm.likelihoods.onnx import elementwise, reductions, shapes

OPERATORS: dict[str, Callable[..., Any]] = {
    **elementwise.OPERATORS,
    **reductions.OPERATORS,
    **shapes.OPERATORS,
}
