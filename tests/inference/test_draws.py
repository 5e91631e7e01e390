import numpy as np
import pytest
import xarray as xr

from hssm.inference.draws import CHUNK_VALUES, chunks, designs_for, flatten, observed_arrays, trial_theta
from tests.fitted import hierarchical_frame
from tests.tolerances import SAME_NUMERICS


def test_flatten_puts_chains_one_after_the_other():
    dataset = xr.Dataset({"b": (("g", "draw", "chain"), np.arange(12).reshape(2, 3, 2))})
    flat = flatten(dataset)
    assert (len(flat), flat.n_chains, flat.n_draws) == (6, 2, 3)
    assert flat.values["b"].tolist() == [[0, 6], [2, 8], [4, 10], [1, 7], [3, 9], [5, 11]]
    assert flat.take(slice(1, 3))["b"].tolist() == [[2, 8], [4, 10]]


@pytest.mark.parametrize("n_trials", [0, 1, 999, CHUNK_VALUES, 3 * CHUNK_VALUES])
def test_chunks_cover_every_draw_once_within_the_limit(n_trials):
    parts = list(chunks(5000, n_trials))
    covered = np.concatenate([np.arange(5000)[part] for part in parts])
    assert covered.tolist() == list(range(5000))
    assert all((part.stop - part.start) * n_trials <= max(CHUNK_VALUES, n_trials) for part in parts)


def test_trial_values_on_the_fits_own_data_agree_with_its_frame_given_again(hierarchical_fit):
    built = hierarchical_fit._built
    draws = flatten(hierarchical_fit.traces["posterior"].to_dataset()).take(slice(0, 4))
    own = trial_theta(built, draws)
    again = trial_theta(built, draws, designs_for(built, hierarchical_frame()))
    assert list(own) == ["v", "a", "z", "t", "p_outlier"]
    for name in own:
        shape = np.broadcast_shapes(own[name].shape, again[name].shape)
        assert shape[0] in (1, 4)
        assert shape[1] in (1, 60)
        np.testing.assert_allclose(own[name], again[name], rtol=SAME_NUMERICS.relative, atol=SAME_NUMERICS.absolute)


def test_observed_arrays_are_floats_of_the_response_columns(hierarchical_fit):
    arrays = observed_arrays(hierarchical_fit._built)
    assert set(arrays) == {"rt", "response"}
    assert all(values.dtype == float and values.shape == (60,) for values in arrays.values())
    other = observed_arrays(hierarchical_fit._built, hierarchical_frame().iloc[:3])
    np.testing.assert_array_equal(other["rt"], arrays["rt"][:3])
