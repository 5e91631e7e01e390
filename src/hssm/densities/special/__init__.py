"""Scalar special functions with derivatives, on every backend of PyTensor.

``function.py`` is the mechanism, ``numba_backend.py`` and ``jax_backend.py`` translate it; each other file
holds one function or family.
"""

from hssm.densities.special import numba_backend, numba_fusion, numba_indexing  # noqa: F401  (they register themselves)
from hssm.densities.special.jax_backend import register_lazily

register_lazily()
