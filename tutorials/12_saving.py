# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Save a model, and read it years later
#
# The specification becomes JSON, the data parquet, the draws netCDF. Half a minute.

# %%
import json
import os
from pathlib import Path

import hssm

DRAWS = int(os.environ.get("HSSM_TUTORIAL_DRAWS", "500"))  # draws per chain; the project's checks use few
fit = {"draws": DRAWS, "tune": max(DRAWS, 300), "chains": 2, "random_seed": 1, "progressbar": False}

# %%
data = hssm.simulate_data("ddm", {"v": 0.6, "a": 1.3, "z": 0.5, "t": 0.3}, size=200, random_state=1)
model = hssm.HSSM(data, z=0.5)
model.sample(**fit)
path = model.save_model("first model")
print(sorted(file.name for file in Path(path).iterdir()))

# %% [markdown]
# ## What is in it can be read by people

# %%
manifest = json.loads((path / "model.json").read_text())
print({key: manifest[key] for key in ("class", "hssm_version", "schema_version")})
print({key: value for key, value in manifest["arguments"].items() if value is not None})

# %% [markdown]
# ## Read it again
#
# The model is built from its arguments and gets its draws back; it predicts as before.

# %%
again = hssm.HSSM.load_model(path)
print(again.summary()[["mean", "sd"]])
again.sample_posterior_predictive(draws=20, random_seed=1)

# %% [markdown]
# ## Only the draws
#
# For a colleague who has the data, or to keep many fits small.

# %%
model.save_model("draws only", save_traces_only=True)
tree = hssm.HSSM.load_model_traces("hssm_models/draws_only")
print(list(tree.children))
other = hssm.HSSM(data, z=0.5)
other.restore_traces(tree["idata_mcmc"])
print(float(other.traces["posterior"]["v"].mean().round(2)))

# %% [markdown]
# ## When something is wrong
#
# A damaged file is named instead of being read.

# %%
(path / "traces.nc").write_bytes(b"not what was saved")
try:
    hssm.HSSM.load_model(path)
except ValueError as error:
    print(error)
