import numpy as np
import pytest

from tests.tolerances import OTHER_ALGORITHM


def test_the_effect_of_a_covariate_on_its_parameter_is_its_coefficient(hierarchical_fit):
    """Setting x from 0 to 1 moves the mean drift by the slope, members' deviations included."""
    table = hierarchical_fit.contrast_do({"x": 0.0}, {"x": 1.0}, draws=60, random_seed=1)
    posterior = hierarchical_fit.traces["posterior"]
    slope = posterior["v_x"] + posterior["v_x|participant_id"].mean("participant_id__factor_dim")
    found = table.loc["mean v"]
    assert found["difference"] == pytest.approx(float(slope.mean()), rel=OTHER_ALGORITHM.relative)
    low, high = np.quantile(slope, [0.025, 0.975])
    assert (found["lower"], found["upper"]) == pytest.approx((low, high), rel=OTHER_ALGORITHM.relative)
    assert found["p_positive"] == pytest.approx(float((slope > 0).mean()))
    assert found["second"] - found["first"] == pytest.approx(found["difference"])
    untouched = table.loc["mean a"]
    assert (untouched["difference"], untouched["lower"], untouched["upper"]) == (0.0, 0.0, 0.0)


def test_choices_and_times_follow(hierarchical_fit):
    table = hierarchical_fit.contrast_do({"v": -3.0}, {"v": 3.0}, draws=20, random_seed=1)
    assert list(table.index) == [
        "mean v",
        "mean a",
        "mean t",
        "P(response -1)",
        "P(response 1)",
        "mean rt",
        "median rt",
    ]
    assert table.loc["P(response 1)", "lower"] > 0.5
    assert table.loc["P(response -1)", "upper"] < -0.5


def test_nothing_set_differs_by_nothing(hierarchical_fit):
    table = hierarchical_fit.contrast_do({}, {}, draws=5, random_seed=1)
    assert (table["difference"] == 0).all()


def test_contrasts_by_group(hierarchical_fit):
    table = hierarchical_fit.contrast_do({"x": 0.0}, {"x": 1.0}, draws=60, by="participant_id", random_seed=1)
    assert table.index.names == ["participant_id", "quantity"]
    posterior = hierarchical_fit.traces["posterior"].to_dataset()
    own = posterior["v_x"] + posterior["v_x|participant_id"].sel(participant_id__factor_dim="103")
    assert table.loc[(103, "mean v"), "difference"] == pytest.approx(float(own.mean()), rel=OTHER_ALGORITHM.relative)


def test_faults_are_named(hierarchical_fit):
    with pytest.raises(ValueError, match="no column 'participant'"):
        hierarchical_fit.contrast_do({}, {}, by="participant")
    with pytest.raises(ValueError, match="`interval` must be a probability"):
        hierarchical_fit.contrast_do({}, {}, interval=95)
    with pytest.raises(TypeError, match="two spellings"):
        hierarchical_fit.contrast_do({}, {}, random_seed=1, random_state=1)
