"""JAX versions: registered without importing JAX, and safe under ``jax.grad``."""

import subprocess
import sys

import numpy as np

from hssm.densities.special.first_passage import ell
from hssm.densities.special.jax_backend import jax_function
from tests.densities.compare import assert_close
from tests.tolerances import OTHER_ALGORITHM

LAZY = """
import sys
import hssm.densities.wiener
assert "jax" not in sys.modules
import numpy as np, pytensor, pytensor.tensor as pt
from hssm.densities.special.first_passage import ell
u = pt.dvector("u")
print(pytensor.function([u], ell(u, 0.5, 0.5), mode="JAX")(np.array([0.5, 2.0])).shape)
"""


def test_registers_when_pytensor_loads_its_jax_linker():
    done = subprocess.run([sys.executable, "-c", LAZY], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "(2,)"


def test_jax_gradients_are_ours_and_finite_outside():
    import jax

    with jax.enable_x64(True):
        u = np.array([-1.0, 0.0, 0.1, 0.4, 2.0])
        function = jax_function(ell)
        first = jax.vmap(jax.grad(lambda x: function(x, 0.3, 0.7)))(u)
        second = jax.vmap(jax.grad(jax.grad(lambda x: function(x, 0.3, 0.7))))(u)
        assert_close(first, [ell.evaluate(1, x, 0.3, 0.7)[1] for x in u], OTHER_ALGORITHM)
        assert_close(second, [ell.evaluate(2, x, 0.3, 0.7)[0] for x in u], OTHER_ALGORITHM)
