import pytest

from hssm.plotting.opening import open_plot


def test_shared_options_are_sorted_out():
    opening = open_plot(
        {"row": None, "col": "condition", "grid_kwargs": None},
        {"n_samples": 5},
        {"random_seed": 3, "lw": 2},
        cond="level",
        correct=None,
    )
    assert opening.layout.col == "condition"
    assert opening.layout.grid_kwargs == {}
    assert opening.request.n_samples == 5
    assert opening.request.random_state == 3
    assert opening.request.columns == {"level": "`cond`", "condition": "`col`"}
    assert opening.lines == {"linewidth": 2}
    assert opening.titled(xlabel="time").xlabel == "time"


def test_faults_come_before_anything_is_computed():
    with pytest.raises(TypeError, match="two spellings"):
        open_plot({}, {}, {"random_seed": 3}, random_state=3)
    with pytest.raises(ValueError, match="needs both `row` and `col`"):
        open_plot({"groups": "x"}, {}, {})
    with pytest.raises(TypeError, match="Unknown keyword 'colour'"):
        open_plot({}, {}, {"colour": "red"})
