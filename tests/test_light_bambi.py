"""Bambi without its plotting stack: nothing heavy is loaded, nothing stays patched, deferred functions work."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
import hssm.parameters.prior
assert not {"matplotlib", "seaborn", "arviz_plots", "bambi.interpret"} & set(sys.modules), sorted(sys.modules)
import bambi as bmb
import numpy as np, pandas as pd
from bambi.interpret import predictions
assert predictions.__module__.startswith("bambi.interpret")
import arviz_plots
assert arviz_plots.plot_dist.__module__.startswith("arviz_plots")
frame = pd.DataFrame({"y": np.arange(10.0), "x": np.arange(10.0) ** 2})
assert bmb.Model("y ~ x", frame).formula.main == "y ~ x"
print("fine")
"""


def test_import_is_light_and_leaves_no_placeholder():
    found = subprocess.run([sys.executable, "-W", "ignore", "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() == "fine"


def test_a_bambi_that_is_loaded_is_left_alone():
    script = "import bambi, sys\nbefore = bambi.interpret\nimport hssm.light_bambi\nassert bambi.interpret is before\n"
    found = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


JAX_SCRIPT = """
import sys
import arviz_base
import hssm.light_bambi
from matplotlib import pyplot as plt
plt.subplots()[1].plot([1, 2], [3, 4])
assert "jaxlib" not in sys.modules
assert arviz_base.io_numpyro.jax.random.PRNGKey(0).shape == (2,)
import jax
assert jax.numpy.ones(2).sum() == 2.0
"""


def test_a_plot_does_not_load_jax_and_arviz_still_finds_it():
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", JAX_SCRIPT], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr


def test_a_jax_that_is_loaded_is_left_alone():
    script = "import jax, sys\njax.numpy\nimport hssm.light_bambi\nassert sys.modules['jax'] is jax\n"
    found = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
