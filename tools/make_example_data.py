"""Make the simulated data sets that the package bundles (``hssm.load_data``), always the same bytes.

    uv run python tools/make_example_data.py

Run it only when the sets have to change: lessons quote numbers that depend on them. The true parameters are in
the docstrings below and in ``docs/reference/data.md``.
"""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd

from hssm.simulators.wiener import DDM
from hssm.spec import SimulationOptions

ASSETS = Path(__file__).parents[1] / "src" / "hssm" / "data" / "assets"
DECIMALS = 4
SEED = 2026


def simulate(rng: np.random.Generator, **theta: np.ndarray | float) -> pd.DataFrame:
    """Draw one ddm response per trial; recording resolution is a tenth of a millisecond."""
    names = list(theta)
    full = dict(zip(names, np.broadcast_arrays(*theta.values()), strict=True))
    draws = DDM.draw(rng, {name: np.array(value, dtype=float) for name, value in full.items()}, SimulationOptions())
    return pd.DataFrame({"rt": draws[:, 0].round(DECIMALS), "response": draws[:, 1].astype(int)})


def ddm_simple() -> pd.DataFrame:
    """500 trials of one person: v = 0.6 + 0.4 x, a = 1.4, z = 0.5, t = 0.3; x is standard normal."""
    rng = np.random.default_rng(SEED)
    x = rng.normal(size=500).round(3)
    data = simulate(rng, v=0.6 + 0.4 * x, a=1.4, z=0.5, t=0.3)
    return data.assign(x=x)


def ddm_hierarchical() -> pd.DataFrame:
    """20 participants with 50 trials each: v ~ N(0.8 + 0.3 x, 0.4), log a ~ N(log 1.3, 0.15), z = 0.5, t = 0.3."""
    rng = np.random.default_rng(SEED + 1)
    participant = np.repeat(np.arange(20), 50)
    x = rng.normal(size=participant.size).round(3)
    drift = rng.normal(0.8, 0.4, 20)[participant]
    boundary = 1.3 * np.exp(rng.normal(0.0, 0.15, 20))[participant]
    data = simulate(rng, v=drift + 0.3 * x, a=boundary, z=0.5, t=0.3)
    data.insert(0, "participant_id", participant + 1)
    data.insert(1, "trial_id", np.tile(np.arange(50), 20) + 1)
    return data.assign(x=x)


def main() -> None:
    """Write both sets; the time stamp inside the gzip file is fixed."""
    ASSETS.mkdir(exist_ok=True)
    for make in (ddm_simple, ddm_hierarchical):
        text = make().to_csv(index=False, lineterminator="\n")
        (ASSETS / f"{make.__name__}.csv.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
