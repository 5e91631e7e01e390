"""How the tests of this folder compare arrays, and read the tables of reference values."""

from pathlib import Path

import numpy as np
import pandas as pd

from tests.tolerances import Tolerance

REFERENCES = Path(__file__).parents[1] / "references"


def assert_close(actual, expected, tolerance: Tolerance) -> None:
    np.testing.assert_allclose(actual, expected, rtol=tolerance.relative, atol=tolerance.absolute)


def reference(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCES / f"{name}.csv")


def columns(frame: pd.DataFrame, names, dtype="float64") -> list[np.ndarray]:
    return [frame[name].to_numpy(dtype) for name in names]
