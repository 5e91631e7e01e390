"""``full_ddm`` as one expression with fixed nodes: against the compiled kernel, and without a spread of times."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from hssm.densities.blackbox_extended import full_ddm_blackbox
from hssm.densities.wiener_variability import PARAMETERS, log_density_graph
from tests.densities.compare import assert_close
from tests.densities.test_variability_kernel import scattered
from tests.tolerances import FIXED_QUADRATURE


@pytest.mark.parametrize(("n_times", "st"), [(32, 1.0), (1, 0.0)])
def test_expression_and_kernel_agree(n_times, st, rng):
    rt, response, *theta = scattered(rng, 60)
    theta[-1] = st * theta[-1]
    names = ("rt", "response", *PARAMETERS)
    inputs = {name: pt.vector(name, dtype="float64") for name in names}
    graph = pytensor.function(list(inputs.values()), log_density_graph(inputs, inputs, n_times), mode="FAST_COMPILE")
    assert_close(
        graph(rt, response, *theta), full_ddm_blackbox(np.column_stack([rt, response]), *theta), FIXED_QUADRATURE
    )
