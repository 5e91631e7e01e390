import numpy as np
import pytest

from hssm.diagnostics.draws import built_of, column_of, log_likelihoods, tree_of


def test_a_model_stands_for_its_traces(simple_fit):
    assert tree_of(simple_fit) is simple_fit.traces
    assert tree_of(simple_fit.traces) is simple_fit.traces
    other = simple_fit.traces.isel(draw=slice(5))
    assert tree_of(simple_fit, other) is other


def test_columns_come_from_the_frame_or_the_tree(hierarchical_fit):
    from_frame = column_of(hierarchical_fit, "participant_id")
    from_tree = column_of(hierarchical_fit.traces, "participant_id")
    np.testing.assert_array_equal(from_frame.values.astype(str), from_tree.values.astype(str))
    assert from_frame.dims == ("__obs__",)


def test_log_likelihoods_have_one_order_of_dims(simple_fit):
    assert log_likelihoods(simple_fit).dims == ("chain", "draw", "__obs__")


def test_what_needs_a_model_says_so(simple_fit):
    assert built_of(simple_fit, "x") is simple_fit.built
    with pytest.raises(TypeError, match="x needs a model"):
        built_of(simple_fit.traces, "x")
