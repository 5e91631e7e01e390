"""What users say about parameters, in every way they can say it, and all faults at once."""

import copy

import pytest

from hssm.models.faults import Faults
from hssm.parameters.collect import attempt, collect_params, formula_columns
from hssm.parameters.param import Param
from hssm.spec import ModelSpec, ParameterSpec

SPEC = ModelSpec(name="m", parameters=tuple(ParameterSpec(name=name) for name in "vazt"), choices=(-1, 1))


def collect(**given):
    faults = Faults("Parameters")
    params = collect_params(SPEC, faults, **given)
    faults.raise_if_any()
    return params


def test_every_parameter_in_model_order_with_the_lapse_last():
    params = collect(include=[{"name": "t", "prior": 0.3}, Param("v", formula="1 + x")], shortcuts={"z": 0.5})
    assert list(params) == ["v", "a", "z", "t", "p_outlier"]
    assert params["v"] == Param("v", formula="1 + x")
    assert params["a"] == Param("a")
    assert params["z"] == Param("z", prior=0.5)
    assert params["p_outlier"] == Param("p_outlier", prior=0.05)


def test_global_formula_is_for_the_rest():
    params = collect(include=[{"name": "v", "prior": 1.0}], shortcuts={"a": 1.0}, global_formula="y ~ 1 + x")
    assert params["v"].formula is None and params["a"].formula is None
    assert params["z"].formula == params["t"].formula == "y ~ 1 + x"
    assert params["p_outlier"].formula is None


@pytest.mark.parametrize("given", [None, 0, 0.0])
def test_no_lapse(given):
    assert "p_outlier" not in collect(p_outlier=given)


@pytest.mark.parametrize("given", [{"name": "Beta", "alpha": 1, "beta": 9}, {"formula": "1 + x"}, Param(prior=0.1)])
def test_kinds_of_lapse(given):
    assert collect(p_outlier=given)["p_outlier"] == Param.from_kwargs("p_outlier", given)


def test_the_name_may_come_from_the_formula():
    assert collect(include=[{"formula": "a ~ 1 + x"}])["a"].is_regression


def test_arguments_are_left_alone_and_can_be_reused():
    include = [{"name": "v", "formula": "1 + x", "prior": {"x": {"name": "Normal", "mu": 0, "sigma": 1}}}]
    shared = Param(formula="1 + x")
    shortcuts = {"a": shared, "t": shared}
    before = copy.deepcopy((include, dict(shortcuts)))
    assert collect(include=include, shortcuts=shortcuts) == collect(include=include, shortcuts=shortcuts)
    assert (include, shortcuts) == before


def test_columns_of_formulas():
    used = formula_columns(SPEC, include=[{"name": "v", "formula": "1 + x + (1|who)"}], global_formula="x")
    assert used == {"who": ("v",), "x": ("v", "a", "z", "t")}
    with pytest.raises(ValueError, match="cannot be read"):
        formula_columns(SPEC, global_formula="1 +")


def test_all_faults_are_reported_together():
    include = [{"name": "vv"}, {"name": "v", "formul": "1"}, {"name": "p_outlier"}, {"name": "a"}, {"name": "a"}]
    with pytest.raises(ValueError, match="Parameters") as caught:
        collect(include=include, p_outlier=2)
    for part in ("'vv'. Did you mean 'v'", "'formul'", "own argument", "'a' is specified twice", r"[0, 1), got 2"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"include": {"name": "v"}}, TypeError, "must be a list"),
        ({"include": ["v"]}, TypeError, "must be a dict or `Param`"),
        ({"include": [{"name": "v", "colour": 1}]}, TypeError, "'colour'.*Allowed"),
        ({"include": [{"prior": 1.0}]}, ValueError, "no 'name'"),
        ({"include": [{"name": "v", "formula": "a ~ x"}]}, ValueError, "another parameter, 'a'"),
        ({"include": [{"name": "v"}], "shortcuts": {"v": 1}}, ValueError, "both in `include` and as `v=`"),
        ({"shortcuts": {"tt": 1}}, TypeError, "unknown keyword 'tt'. Did you mean 't'"),
        ({"p_outlier": "0.1"}, TypeError, "`p_outlier` must be"),
        ({"p_outlier": True}, TypeError, "`p_outlier` must be"),
        ({"p_outlier": [0.1]}, TypeError, "`p_outlier` must be"),
        ({"p_outlier": 1.0}, ValueError, r"in \[0, 1\), got 1.0"),
        ({"p_outlier": -0.1}, ValueError, r"in \[0, 1\), got -0.1"),
        ({"global_formula": 3}, TypeError, "`global_formula`"),
    ],
)
def test_faults(given, error, message):
    with pytest.raises(error, match=message):
        collect(**given)


def test_attempt_notes_errors_and_returns_results():
    faults = Faults("Here")
    assert attempt(faults, int, "3") == 3
    assert attempt(faults, int, "x") is None
    assert len(faults.wrong_values) == 1
