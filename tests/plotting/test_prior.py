import numpy as np
import pytest
from matplotlib import pyplot as plt

import hssm
from hssm.plotting import plot_prior
from hssm.plotting.prior import COLORS
from hssm.plotting.prior_data import prior_curves
from tests.fitted import INCLUDE, hierarchical_frame
from tests.tolerances import DRAWN

N_DRAWS = 200


@pytest.fixture(scope="module")
def model():
    return hssm.HSSM(hierarchical_frame(), include=INCLUDE)


def test_a_panel_per_parameter_with_its_unit(model):
    grid = model.plot_prior(draws=N_DRAWS, random_state=1, title="Priors")
    shown = [ax for ax in grid.axes.flat if ax.get_visible()]
    assert [ax.get_xlabel() for ax in shown] == ["v (1/√s)", "a (√s)", "z", "t (s)"]
    assert grid.figure.get_suptitle() == "Priors"
    assert [text.get_text() for text in grid.figure.legends[0].get_texts()] == ["typical", "any member"]
    plt.close(grid.figure)


def test_lines_are_the_curves(model):
    grid = plot_prior(model, ["t"], N_DRAWS, random_seed=1)
    curves = prior_curves(model, ["t"], N_DRAWS, 1)
    ax = grid.axes[0, 0]
    lines = {line.get_label(): line for line in ax.get_lines()}
    for curve in curves:
        drawn = lines[curve.of]
        np.testing.assert_allclose(drawn.get_xdata(), curve.x, rtol=DRAWN.relative)
        np.testing.assert_allclose(drawn.get_ydata(), curve.density, rtol=DRAWN.relative)
        assert drawn.get_color() == COLORS[curve.is_any_member]
    intervals = [path.vertices for collection in ax.collections for path in collection.get_paths()]
    ends = [tuple(vertices[:, 0]) for vertices in intervals if len(vertices) == 2]
    np.testing.assert_allclose(ends, [(c.quantiles[0], c.quantiles[2]) for c in curves], rtol=DRAWN.relative)
    plt.close(grid.figure)


def test_many_parameters_wrap(model):
    frame = hierarchical_frame()
    grid = plot_prior(hssm.HSSM(frame, model="full_ddm"), draws=N_DRAWS, random_state=1)
    assert grid.axes.shape == (2, 4)
    assert [ax.get_visible() for ax in grid.axes.flat] == [True] * 7 + [False]
    assert not grid.figure.legends  # nothing to tell apart
    plt.close(grid.figure)


def test_options_are_checked(model):
    with pytest.raises(TypeError, match="Unknown keyword 'colour'"):
        plot_prior(model, draws=N_DRAWS, colour="red")
    with pytest.raises(TypeError, match="two spellings"):
        plot_prior(model, draws=N_DRAWS, random_state=1, random_seed=2)
