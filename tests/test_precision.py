"""Global precision. JAX's switch is read when JAX is loaded, so both orders are tested in fresh interpreters."""

from __future__ import annotations

import subprocess
import sys

import pytensor
import pytest

from hssm.precision import set_floatX


@pytest.fixture
def kept_precision():
    before = pytensor.config.floatX
    yield
    pytensor.config.floatX = before


def run(script: str) -> None:
    found = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


@pytest.mark.usefixtures("kept_precision")
def test_pytensor_alone() -> None:
    for dtype in ("float32", "float64"):
        set_floatX(dtype, update_jax=False)
        assert pytensor.config.floatX == dtype


@pytest.mark.parametrize("dtype", ["float16", "double", 64, None])
def test_other_precisions_are_refused(dtype: object) -> None:
    before = pytensor.config.floatX
    with pytest.raises(ValueError, match="must be 'float32' or 'float64', got"):
        set_floatX(dtype)
    assert pytensor.config.floatX == before


def test_the_last_choice_counts_when_jax_is_loaded_later() -> None:
    run(
        "import hssm, sys\n"
        "hssm.set_floatX('float32'); hssm.set_floatX('float64')\n"
        "assert 'jax' not in sys.modules\n"
        "import jax, jax.numpy as jnp\n"
        "assert jnp.zeros(1).dtype == 'float64'\n"
    )


def test_jax_follows_when_it_is_loaded_already() -> None:
    run(
        "import jax, jax.numpy as jnp, hssm, pytensor\n"
        "for dtype in ('float64', 'float32'):\n"
        "    hssm.set_floatX(dtype)\n"
        "    assert jnp.zeros(1).dtype == dtype\n"
        "    assert pytensor.config.floatX == dtype\n"
        "hssm.set_floatX('float64', update_jax=False)\n"
        "assert jnp.zeros(1).dtype == 'float32'\n"
    )
