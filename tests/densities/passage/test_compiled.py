"""Machine code that all models share, in pieces that are compiled when something asks for them."""

import subprocess
import sys
import textwrap

import numpy as np

from hssm.densities import boundaries
from hssm.densities.passage.compiled import compiled_evaluate, compiled_task, evaluate_trials, numbers_of
from hssm.densities.passage.kernel import CDF, DENSITY
from hssm.densities.passage.trace import Process
from tests.densities.passage.straight import ANGLE

TOLERANCE = 1e-6
OTHER = Process(name="other", parameters=("v", "a", "z"), drift=lambda t, p: p.v, bound=boundaries.constant)


def test_one_machine_code_serves_all_processes() -> None:
    evaluate_trials(OTHER, DENSITY, np.array([[0.5, 1.0, 0.3, 1.0, 0.5]]).T, TOLERANCE)
    evaluate_trials(ANGLE, DENSITY, np.array([[0.5, 1.0, 0.3, 1.0, 0.5, 0.2]]).T, TOLERANCE)
    assert len(compiled_evaluate().signatures) == len(compiled_task(DENSITY).signatures) == 1


def test_processes_differ_in_their_own_functions_alone() -> None:
    (one, flags), (other, _), (of_cdf, _) = (
        numbers_of(ANGLE, DENSITY),
        numbers_of(OTHER, DENSITY),
        numbers_of(OTHER, CDF),
    )
    assert np.all(one[:4] != other[:4])
    np.testing.assert_array_equal(one[4:], other[4:])
    np.testing.assert_array_equal(other[:5], of_cdf[:5])
    assert np.all(other[5] != of_cdf[5])
    np.testing.assert_array_equal(flags, [True, True, False])


def test_densities_do_not_wait_for_the_code_of_survivors() -> None:
    """Compilation takes most of a minute on a new machine."""
    script = """
        import hssm
        from hssm.densities.passage import compiled
        asked, plain = [], compiled._compile_task
        compiled._compile_task = lambda version, what: (asked.append(what), plain(version, what))[1]
        theta = {"v": 0.5, "a": 1.0, "z": 0.5, "g": 0.3, "t": 0.2}
        hssm.log_density("ornstein", {"rt": [0.7], "response": [1]}, theta)
        print(asked)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"[{DENSITY}]"
