"""Trials with the same parameters stand together."""

import numpy as np

from hssm.densities.passage.grouping import grouped, same

TRIALS = np.array([[5.0, 4.0, 3.0, 2.0, 1.0], [1.0, 2.0, 1.0, 2.0, 1.0], [0.5, 0.5, 0.5, -0.0, 0.5]])


def test_those_alike_follow_each_other_in_their_order() -> None:
    order = grouped(TRIALS, 1)
    assert sorted(order) == [0, 1, 2, 3, 4]
    places = [list(order).index(i) for i in (0, 2, 4)]
    assert places == list(range(places[0], places[0] + 3))


def test_what_comes_before_the_parameters_does_not_count() -> None:
    assert same(TRIALS, 1, 0, 2) and not same(TRIALS, 0, 0, 2) and not same(TRIALS, 1, 0, 1)
    assert list(grouped(TRIALS[:, [0, 2, 4]], 1)) == [0, 1, 2]
