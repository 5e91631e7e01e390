"""Compiled kernels: found again on disk by another process, and refused after a change of the formulas."""

import subprocess
import sys
from dataclasses import replace

import pytest

from hssm.densities.special import logarithms
from hssm.densities.special.first_passage import ell
from hssm.densities.special.function import _REGISTRY
from hssm.densities.special.numba_backend import fingerprint, kernel

COMPILE = """
import numba.core.event as event
import numpy as np, pytensor, pytensor.tensor as pt
from hssm.densities.wiener import ddm_log_density
names = "v", "a", "z", "t"
theta = {name: pt.dscalar(name) for name in names}
rt = pytensor.shared(np.linspace(0.5, 1, 7)); response = pytensor.shared(np.ones(7))
total = ddm_log_density({"rt": rt, "response": response}, theta).sum()
with event.install_recorder("numba:llvm_lock") as recorder:
    f = pytensor.function(list(theta.values()), [total, *pytensor.grad(total, list(theta.values()))])
    f(0.5, 1.2, 0.5, 0.2)
print(len(recorder.buffer))
"""


def compilations(folder) -> int:
    code = f"import os; os.environ['PYTENSOR_FLAGS'] = 'base_compiledir={folder}'\n{COMPILE}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    return int(done.stdout)


def test_a_second_process_compiles_next_to_nothing(tmp_path):
    cold, warm = compilations(tmp_path), compilations(tmp_path)
    assert warm < cold / 2


def test_cache_key_follows_the_formulas():
    other = replace(ell, name="other_modules", modules=(logarithms,))
    try:
        assert other.fingerprint != ell.fingerprint
    finally:
        del _REGISTRY["other_modules"]
    assert len(fingerprint()) == 64


@pytest.mark.parametrize("order", [1, 2])
def test_kernel_returns_the_whole_group(order):
    assert len(kernel(ell, order)(0.3, 0.4, 0.6)) == 3
