"""Names of a package that resolve on first use."""

import importlib
import sys
import types

import pytest

from hssm.lazy import lazy_names

PACKAGES = ["hssm.diagnostics", "hssm.distribution_utils", "hssm.likelihoods", "hssm.plotting"]


@pytest.fixture
def package(monkeypatch):
    module = types.ModuleType("toy_package")
    module.__getattr__, module.__dir__ = lazy_names("toy_package", {"fsum": "math", "absent": "math"})
    monkeypatch.setitem(sys.modules, "toy_package", module)
    return module


def test_a_name_resolves_once_and_stays(package):
    assert "fsum" not in vars(package)
    assert package.fsum([0.5, 0.25]) == 0.75
    assert "fsum" in vars(package)


def test_unknown_names_are_attribute_errors_that_name_the_package(package):
    with pytest.raises(AttributeError, match="'toy_package' has no attribute 'sinus'"):
        _ = package.sinus
    with pytest.raises(AttributeError, match="absent"):
        _ = package.absent


def test_names_are_listed_before_they_are_used(package):
    assert {"fsum", "absent"} <= set(dir(package))


@pytest.mark.parametrize("name", PACKAGES)
def test_every_public_name_resolves(name):
    module = importlib.import_module(name)
    assert module.__all__
    for public in module.__all__:
        assert getattr(module, public) is not None
