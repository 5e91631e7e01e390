"""Make the fixture of a release: ``python -m tests.saving.make_fixture``, once per release, never again for an old one.

A small hierarchical model with every kind of argument that is no function, with draws and predictions.
"""

import json
import warnings
from pathlib import Path

import hssm
from tests.fitted import TINY, hierarchical_frame

INCLUDE = [
    hssm.Param("v", formula="v ~ 1 + x + (1|participant_id)", prior={"x": hssm.Prior("Normal", mu=0, sigma=1)}),
    {"name": "a", "formula": "a ~ 1 + level", "link": "log"},
    {"name": "t", "prior": {"name": "HalfNormal", "sigma": 0.5}, "bounds": (0.0, 2.0)},
]


def main() -> None:
    warnings.simplefilter("ignore")
    folder = Path(__file__).parent / "releases" / hssm.__version__
    frame = hierarchical_frame(3, 8)
    frame["response"] = frame["response"].map({-1: "left", 1: "right"})
    model = hssm.HSSM(frame, choices={"left": -1, "right": 1}, include=INCLUDE, z=0.5, p_outlier=0.02)
    tree = model.sample(**TINY)
    model.sample_posterior_predictive(draws=3, random_seed=1)
    model.save_model("model", base_path=folder, allow_absolute_base_path=True)
    means = tree["posterior"].to_dataset().mean(("chain", "draw"))
    expected = {
        "list_params": model.list_params,
        "n_trials": len(frame),
        "means": {name: values.values.tolist() for name, values in means.data_vars.items()},
    }
    (folder / "expected.json").write_text(json.dumps(expected, indent=1))


if __name__ == "__main__":
    main()
