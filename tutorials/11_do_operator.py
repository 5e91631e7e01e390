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
# # What would happen if? Interventions
#
# Does time pressure make people less cautious, and what would it do to their choices and reaction times? A regression
# coefficient on a log scale does not answer that; an intervention does. A minute and a half.

# %%
import os

import numpy as np

import hssm

DRAWS = int(os.environ.get("HSSM_TUTORIAL_DRAWS", "500"))  # draws per chain; the project's checks use few
fit = {"draws": DRAWS, "tune": max(DRAWS, 300), "chains": 2, "random_seed": 1, "progressbar": False}

# %% [markdown]
# ## Data
#
# Pressure lowers the boundary. Harder trials come under pressure more often, so comparing the raw means of trials with
# and without pressure mixes two effects.

# %%
rng = np.random.default_rng(9)
n = 600
difficulty = rng.normal(size=n)
pressure = (rng.uniform(size=n) < 1 / (1 + np.exp(-1.5 * difficulty))).astype(int)
theta = {"v": 1.2 - 0.5 * difficulty, "a": 1.5 * np.exp(-0.4 * pressure), "z": 0.5, "t": 0.3}
data = hssm.simulate_data("ddm", theta, random_state=rng)
data["difficulty"], data["pressure"] = difficulty, pressure
data["correct"] = data["response"] == 1
print(data.groupby("pressure")[["rt", "correct"]].mean().round(3))

# %%
model = hssm.HSSM(
    data,
    include=[
        {"name": "v", "formula": "v ~ 1 + difficulty"},
        {"name": "a", "formula": "a ~ 1 + pressure"},
    ],
)
model.sample(**fit)
print(model.diagnose())

# %% [markdown]
# ## Set the covariate
#
# `contrast_do` sets the pressure of *every* trial, first to 0, then to 1, keeps everything else as it was (the
# difficulty of each trial, and what was learned of the parameters), and compares. Both use the same draws and random
# numbers.

# %%
table = model.contrast_do({"pressure": 0}, {"pressure": 1}, draws=min(DRAWS, 200), random_seed=1)
print(table.round(3))

# %% [markdown]
# Pressure makes people faster at the price of accuracy. The raw difference in accuracy is larger, because trials under
# pressure are also harder.
#
# ## Set a coefficient, or a parameter
#
# What if pressure had no effect on caution, or the drift were zero? Any variable of the model can be set. From the
# prior (`source="prior"`, the default of `sample_do`) the same call asks what the model believed before it saw data.

# %%
table = model.contrast_do({}, {"a_pressure": 0.0}, draws=min(DRAWS, 200), random_seed=1)
print(table.loc[["mean a", "P(response 1)", "mean rt"]].round(3))

guessing = model.sample_do({"v": 0.0}, draws=min(DRAWS, 100), source="posterior", random_seed=1)
response = guessing["posterior_predictive"]["rt,response"].isel({"rt,response_dim": 1})
print("P(upper) without evidence:", float((response == 1).mean().round(2)))

# %% [markdown]
# ## What it rests on
#
# An intervention is as right as the model: the formulas say what causes what. Had difficulty been left out of the
# drift, its effect would have been taken for that of pressure.
