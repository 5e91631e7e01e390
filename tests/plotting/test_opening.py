import pytest

from hssm.plotting.opening import LAYOUT, open_plot


def given(**options):
    """The arguments of a plot that asks for nothing, and ``options``."""
    return {name: None for name in LAYOUT} | {"random_state": None, "kwargs": {}} | options


def test_shared_options_are_sorted_out():
    options = given(
        col="condition", n_samples=5, cond="level", correct=None, bins=3, kwargs={"random_seed": 3, "lw": 2}
    )
    opening = open_plot(options, ("cond", "correct"), with_parameters=True)
    assert opening.layout.col == "condition"
    assert opening.layout.grid_kwargs == {}
    assert opening.request.n_samples == 5
    assert opening.request.with_parameters
    assert opening.request.random_state == 3
    assert opening.request.columns == {"level": "`cond`", "condition": "`col`"}
    assert opening.lines == {"linewidth": 2}
    assert opening.titled(xlabel="time").xlabel == "time"
    assert open_plot(options, n_samples=7).request.n_samples == 7


def test_faults_come_before_anything_is_computed():
    with pytest.raises(TypeError, match="two spellings"):
        open_plot(given(random_state=3, kwargs={"random_seed": 3}))
    with pytest.raises(ValueError, match="needs both `row` and `col`"):
        open_plot(given(groups="x"))
    with pytest.raises(TypeError, match="Unknown keyword 'colour'"):
        open_plot(given(kwargs={"colour": "red"}))
