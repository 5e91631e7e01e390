import numpy as np
import pytest

import hssm
from hssm.diagnostics import average_predictions
from hssm.diagnostics.averaging import read_weights
from tests.fitted import quietly, simple_frame


@pytest.fixture(scope="module")
def slow_model():
    """Another model of the same data, which predicts only responses after ten seconds."""
    model = hssm.HSSM(simple_frame(), p_outlier=None, a=1.3, z=0.5)
    quietly(model, draws=20, tune=20)
    model.traces["posterior"]["t"].values[:] = 10.0
    return model


def test_every_model_predicts_its_share(simple_fit, slow_model):
    models = {"fast": simple_fit, "slow": slow_model}
    tree = average_predictions(models, {"fast": 0.3, "slow": 0.7}, draws=200, random_seed=1)
    predicted = tree["posterior_predictive"]["rt,response"]
    assert predicted.dims == ("chain", "draw", "__obs__", "rt,response_dim")
    assert predicted.shape == (1, 200, 60, 2)
    is_slow = (predicted["model"] == "slow").to_numpy()
    assert 110 < is_slow.sum() < 170
    median = predicted.isel({"chain": 0, "rt,response_dim": 0}).median("__obs__").to_numpy()
    np.testing.assert_array_equal(median > 5, is_slow)
    assert 0 < is_slow[:100].mean() < 1  # the models' draws are mixed


def test_the_same_seed_gives_the_same_draws(simple_fit):
    models = {"a": simple_fit, "b": simple_fit}
    one, other = (average_predictions(models, draws=10, random_seed=3) for _ in range(2))
    assert one["posterior_predictive"].to_dataset().identical(other["posterior_predictive"].to_dataset())


def test_new_data(simple_fit):
    tree = average_predictions({"a": simple_fit, "b": simple_fit}, draws=5, data=simple_frame(7), random_seed=3)
    assert tree["posterior_predictive"].sizes["__obs__"] == 7


def test_weights_may_come_from_a_comparison(simple_fit):
    models = {"a": simple_fit, "b": simple_fit}
    table = hssm.compare(models)
    assert read_weights(models, table).tolist() == read_weights(models, table["weight"]).tolist()
    assert read_weights(models, {"a": 1, "b": 3}).tolist() == [0.25, 0.75]


def test_faulty_weights(simple_fit):
    models = {"a": simple_fit}
    with pytest.raises(ValueError, match="names 'c'; models: 'a'"):
        read_weights(models, {"a": 1, "c": 1})
    for wrong in ({"a": -1}, {"a": 0}, {"a": np.nan}):
        with pytest.raises(ValueError, match="not be negative"):
            read_weights(models, wrong)
    with pytest.raises(ValueError, match="`draws` must be a positive integer"):
        average_predictions(models, {"a": 1}, draws=0)
