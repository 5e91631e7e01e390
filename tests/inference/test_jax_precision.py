import sys

import jax
import jax.numpy as jnp
import pytensor
import pytest

from hssm.inference.jax_precision import floatx_precision, jax_is_loaded


@pytest.fixture(params=[True, False])
def switch(request):
    """JAX's own switch in either position, put back afterwards."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", request.param)
    yield request.param
    jax.config.update("jax_enable_x64", before)


@pytest.mark.parametrize("floatx", ["float64", "float32"])
def test_inside_it_is_floatx_and_afterwards_the_users_setting(switch, floatx):
    with pytensor.config.change_flags(floatX=floatx):
        with floatx_precision():
            assert jnp.asarray(1.0).dtype == floatx
        assert jax.config.jax_enable_x64 is switch


def test_an_error_inside_restores_the_setting_too(switch):
    with pytest.raises(KeyError), floatx_precision():
        raise KeyError("x")
    assert jax.config.jax_enable_x64 is switch


def test_a_process_that_did_not_load_jax_is_left_without_it(switch, monkeypatch):
    monkeypatch.delitem(sys.modules, "jaxlib")
    assert not jax_is_loaded()
    with floatx_precision(runs_jax=False):
        assert jax.config.jax_enable_x64 is switch


def test_loaded_jax_follows_even_where_it_is_not_run(switch):
    with pytensor.config.change_flags(floatX="float64"), floatx_precision(runs_jax=False):
        assert jax.config.jax_enable_x64
