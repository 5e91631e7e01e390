"""Functions from their addresses are the functions themselves."""

from typing import Any

import numba
import numpy as np

from hssm.densities.passage.pointers import addresses, path_at
from hssm.densities.passage.trace import SIGNATURE


@numba.njit(SIGNATURE)
def doubled(times, theta):  # type: ignore[no-untyped-def]
    return 2.0 * times.reshape(1, -1) + theta[0]


@numba.njit(SIGNATURE)
def rows(times, theta):  # type: ignore[no-untyped-def]
    return np.outer(theta, times)


@numba.njit
def call(at, times, theta) -> Any:  # type: ignore[no-untyped-def]
    return path_at(at[0, 0], at[0, 1])(times, theta), path_at(at[1, 0], at[1, 1])(times, theta)


def test_functions_are_found_by_their_addresses() -> None:
    at = addresses((doubled, rows))
    assert at.shape == (2, 2)
    times, theta = np.array([0.5, 1.0, 2.0]), np.array([3.0, -1.0])
    first, second = call(at, times, theta)
    np.testing.assert_array_equal(first, [2.0 * times + 3.0])
    np.testing.assert_array_equal(second, [3.0 * times, -times])


def test_one_machine_code_takes_whatever_functions() -> None:
    times, theta = np.ones(1), np.ones(1)
    (one, _), (other, _) = (call(addresses(pair), times, theta) for pair in ((doubled, rows), (rows, doubled)))
    assert (one[0, 0], other[0, 0]) == (3.0, 1.0)
    assert len(call.signatures) == 1
