import builtins

import numpy as np
import pytest

import hssm
from hssm.inference.expert import value_point
from tests.fitted import simple_frame
from tests.tolerances import SAME_NUMERICS


@pytest.fixture(scope="module")
def model():
    return hssm.HSSM(simple_frame(), z=0.5)


def test_value_point_has_pymcs_names_and_scale(model):
    point = value_point(model.pymc_model, {"v": 1.0, "a": 2.0, "t": 0.2, "no_variable": 3.0})
    assert set(point) == {"v", "a_log__", "t_log__"} == {value.name for value in model.pymc_model.value_vars}
    np.testing.assert_allclose(point["a_log__"], np.log(2.0), rtol=SAME_NUMERICS.relative)


def test_graph_names_every_free_variable(model):
    source = model.graph().source
    assert all(f"\n\t{name} " in source.replace('"', "").replace("\t\t", "\t") for name in ("v", "a", "t"))
    assert "dpi=300" in source


def test_graph_takes_size_and_resolution(model):
    source = model.graph(figsize=(4, 3), dpi=72).source
    assert "dpi=72" in source
    assert "4,3!" in source


def test_graph_refuses_another_formatting(model):
    with pytest.raises(ValueError, match=r"`formatting` must be one of plain, plain_with_params, got 'fancy'"):
        model.graph(formatting="fancy")


def test_graph_without_graphviz_says_how_to_install_it(model, monkeypatch):
    genuine = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "graphviz":
            raise ImportError(name)
        return genuine(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ImportError, match="pip install graphviz"):
        model.graph()


@pytest.mark.parametrize(("name", "written"), [("sketch", "sketch.png"), ("sketch.svg", "sketch.svg")])
def test_graph_writes_a_file_of_the_wanted_format(model, monkeypatch, name, written):
    import graphviz

    rendered = []

    def record(self, filename, format, cleanup):  # noqa: A002  (graphviz's name)
        rendered.append(f"{filename}.{format}")

    monkeypatch.setattr(graphviz.Digraph, "render", record)
    model.graph(name=name)
    assert rendered == [written]


def test_graph_without_dot_says_so(model, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ImportError, match="dot"):
        model.graph(name=str(tmp_path / "graph"))


def test_initial_point_on_both_scales(model):
    natural, free = model.initial_point(), model.initial_point(transformed=True)
    assert set(natural) == {"v", "a", "t"}
    np.testing.assert_allclose(np.exp(free["t_log__"]), natural["t"], rtol=SAME_NUMERICS.relative)
