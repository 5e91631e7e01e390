import numpy as np
import pandas as pd
import pytest

from hssm.plotting.effects_data import covariate_grid, effect_table, reached_by
from tests.tolerances import OTHER_ALGORITHM


def test_a_number_moves_its_parameter_by_the_slope(hierarchical_fit):
    table = effect_table(hierarchical_fit, "x")
    assert list(dict.fromkeys(table["parameter"])) == ["v"]
    posterior = hierarchical_fit.traces["posterior"].to_dataset()
    slope, base = posterior["v_x"].values.ravel(), posterior["v_Intercept"].values.ravel()
    values = table["value"].to_numpy().reshape(len(slope), -1)
    x = table["x"].to_numpy().reshape(len(slope), -1)[0]
    np.testing.assert_allclose(values, base[:, None] + slope[:, None] * x, rtol=OTHER_ALGORITHM.relative)
    observed = hierarchical_fit.data["x"]
    assert (x.min(), x.max()) == (observed.min(), observed.max())


def test_levels_give_the_natural_values_that_results_hold(hierarchical_fit):
    table = effect_table(hierarchical_fit, "level")
    found = table.groupby("level")["value"].mean()
    natural = hierarchical_fit.traces["posterior"]["a_level_natural"].mean(("chain", "draw"))
    for level in natural["a_level_natural_dim"].values:
        assert found[level] == pytest.approx(float(natural.sel(a_level_natural_dim=level)))


def test_other_predictors_are_held(hierarchical_fit):
    grid = covariate_grid(hierarchical_fit, "x", "level")
    assert len(grid) == 50 * 3
    assert grid["participant_id"].nunique() == 1
    alone = covariate_grid(hierarchical_fit, "level")
    assert (alone["x"] == hierarchical_fit.data["x"].mean()).all()
    assert set(grid["level"]) == {"hi", "lo", "mid"}


def test_by_and_fewer_draws(hierarchical_fit):
    table = effect_table(hierarchical_fit, "x", by="level", n_samples=5, random_state=1)
    assert list(table.columns) == ["sample", "parameter", "x", "level", "value"]
    assert table["sample"].nunique() == 2 * 5
    pd.testing.assert_frame_equal(table, effect_table(hierarchical_fit, "x", by="level", n_samples=5, random_state=1))


def test_unknown_columns_and_parameters(hierarchical_fit):
    with pytest.raises(ValueError, match=r"No parameter depends on 'levels'\. Did you mean 'level'"):
        reached_by(hierarchical_fit, "levels")
    with pytest.raises(ValueError, match=r"'t' does not depend on 'x'; these do: v"):
        effect_table(hierarchical_fit, "x", parameters=["t"])
