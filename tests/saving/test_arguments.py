import json
import math
from pathlib import Path

import bambi as bmb
import numpy as np
import pandas as pd
import pytest

import hssm
from hssm.saving.arguments import decode, encode, snapshot


def through_json(value):
    """The value after a way through JSON text, and what had to be pickled."""
    pickled = {}
    text = json.dumps(encode(value, "x", pickled), allow_nan=False)
    return decode(json.loads(text), pickled), pickled


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        0.1 + 0.2,
        math.inf,
        "v ~ 1 + x",
        [1, [2.5, None]],
        (1, (-math.inf, 2)),
        {"name": "Normal", "mu": 0, "bounds": (0.0, math.inf)},
        {-1: "left", 1: "right"},
        {"$": "a key of ours"},
        Path("network.onnx"),
    ],
)
def test_plain_values_come_back(value):
    found, pickled = through_json(value)
    assert found == value
    assert type(found) is type(value)
    assert not pickled


@pytest.mark.parametrize(
    "value",
    [
        hssm.Prior("Normal", mu=0.1, sigma=2.0, bounds=(-3, 3), noncentered=False),
        hssm.Prior("Normal", mu=0.0, sigma=hssm.Prior("HalfNormal", sigma=1.0), initval=0.5),
        hssm.Param("v", formula="v ~ 1 + x", prior={"x": {"name": "Normal", "mu": 0.0, "sigma": 1.0}}, link="identity"),
        hssm.Param("a", prior=1.5, bounds=(0.1, math.inf)),
        hssm.Link("gen_logit", bounds=(0.0, 2.0)),
        hssm.ModelConfig(response=("rt", "response"), bounds={"v": (-3.0, 3.0)}, choices=[-1, 1]),
        bmb.Prior("Gamma", mu=1.0, sigma=0.5),
    ],
)
def test_objects_of_the_package_need_no_pickle(value):
    found, pickled = through_json(value)
    assert found == value
    assert type(found) is type(value)
    assert not pickled


def test_a_named_link_of_bambi_comes_back():
    found, pickled = through_json(bmb.Link("log"))
    assert not pickled
    assert found.linkinv(1.0) == pytest.approx(math.e)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "bool"])
def test_arrays_keep_type_and_shape(dtype):
    value = np.array([[1, 0, 3], [4, 5, 6]], dtype=dtype)
    found, _ = through_json({"z": value})
    np.testing.assert_array_equal(found["z"], value)
    assert found["z"].dtype == value.dtype


def test_numbers_of_numpy_and_columns_become_plain():
    found, _ = through_json([np.float64(0.5), np.int64(3), pd.Series([1.0, np.nan])])
    assert found[:2] == [0.5, 3]
    np.testing.assert_array_equal(found[2], [1.0, np.nan])


def test_functions_are_pickled_under_their_place():
    found, pickled = through_json({"extra": {"double": math.sqrt}, "include": [{"prior": len}]})
    assert set(pickled) == {"x.extra.double", "x.include[0].prior"}
    assert found["extra"]["double"](4) == 2


def test_a_link_of_ones_own_pickles_its_functions_alone():
    link = hssm.Link("half", link=math.sqrt, linkinv=math.exp, linkinv_backend=math.log)
    found, pickled = through_json(link)
    assert set(pickled) == {"x.link", "x.linkinv", "x.linkinv_backend"}
    assert found == link


def test_an_unknown_kind_is_explained():
    with pytest.raises(ValueError, match="unknown kind 'quaternion'.*later version"):
        decode({"$": "quaternion"}, {})


def test_a_snapshot_does_not_follow_its_origin():
    frame = pd.DataFrame({"rt": [1.0, 2.0]})
    include, vector = [{"name": "v", "prior": {"x": 1}}], np.zeros(2)
    given = snapshot(frame, {"include": include, "z": vector, "choices": (1, 2)})
    include[0]["prior"]["x"], vector[0], frame.loc[0, "rt"] = 2, 5.0, 9.0
    frame["new"] = 0
    assert given.arguments["include"] == [{"name": "v", "prior": {"x": 1}}]
    assert given.arguments["z"].tolist() == [0.0, 0.0]
    assert given.arguments["choices"] == (1, 2)
    assert given.frame["rt"].tolist() == [1.0, 2.0]
    assert list(given.frame) == ["rt"]
