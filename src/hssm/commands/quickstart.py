"""``hssm quickstart``: simulate, fit, and compare what was found with what is true; needs no data and no network."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pandas as pd

from hssm.commands import results
from hssm.commands.screen import FailedRunError, Screen, user_input

TRUE = {"v": 0.5, "a": 1.5, "z": 0.5, "t": 0.3}
DATA = "data.csv"


def quickstart(screen: Screen, out: Path, *, trials: int = 500, seed: int = 1, **sampling: Any) -> None:
    """Simulate ``trials`` of the ddm, fit them, show true against estimated values, and write everything to ``out``.

    Raises
    ------
    FailedRunError
        The fit ended with failed diagnostics; the files are there all the same.
    """
    began = time.perf_counter()
    from hssm.data.simulate import simulate_data
    from hssm.hssm import HSSM

    folder = results.make_folder(out)
    with user_input():
        data = pd.DataFrame(simulate_data("ddm", TRUE, size=trials, random_state=seed))
        data.to_csv(folder / DATA, index=False)
        values = ", ".join(f"{name} = {value}" for name, value in TRUE.items())
        screen.say(f"Simulated {trials} trials of the diffusion model (ddm) with {values}.")
        # The simulated trials hold no lapses, so the model has none either.
        model = HSSM(data, p_outlier=0)
    built = time.perf_counter()
    screen.say(f"Sampling the posterior ({results.sampling_words(sampling)}) …")
    tree, problems = results.run_sampler(screen, model, random_seed=seed, **sampling)
    sampled = time.perf_counter()
    table = results.summary_table(model, TRUE)
    files = [DATA, *results.save_tables(model, table, folder)]
    screen.heading("Posterior against the truth")
    results.show_summary(screen, table)
    results.show_diagnosis(screen, problems)
    files += results.save_plots(model, folder, seed)
    done = time.perf_counter()
    screen.say(
        f"Time: {done - began:.1f} s (loading and building {built - began:.1f}, sampling {sampled - built:.1f}, "
        f"summary and plots {done - sampled:.1f}). The first run on a machine also compiles."
    )
    results.show_files(screen, folder, files)
    if problems:
        raise FailedRunError("The fit finished with failed diagnostics (above).")
