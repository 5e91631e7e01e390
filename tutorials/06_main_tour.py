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
# # The tour: from data to a report
#
# What a careful analysis does between data and paper, each step in one call: look at the prior, fit, check, look at
# the posterior, predict, draw the process, and write a report. Two minutes.

# %%
import os

import numpy as np

import hssm
from hssm import plotting

DRAWS = int(os.environ.get("HSSM_TUTORIAL_DRAWS", "500"))  # draws per chain; the project's checks use few
fit = {"draws": DRAWS, "tune": max(DRAWS, 300), "chains": 2, "random_seed": 1, "progressbar": False}

# %% [markdown]
# ## Data
#
# One person, two conditions: easy trials carry more evidence (a higher drift) than hard ones. Times are in seconds.

# %%
rng = np.random.default_rng(1)
condition = np.tile(["easy", "hard"], 200)
drift = np.where(condition == "easy", 1.4, 0.5)
data = hssm.simulate_data("ddm", {"v": drift, "a": 1.2, "z": 0.5, "t": 0.3}, random_state=rng)
data["condition"] = condition
print(data.groupby("condition").agg(accuracy=("response", lambda r: (r == 1).mean()), median_rt=("rt", "median")))

# %% [markdown]
# ## The model, and what its prior believes
#
# The drift gets a regression on the condition. Before any fit, the prior predicts data: is that the range of reaction
# times you would have believed?

# %%
model = hssm.HSSM(data, include=[{"name": "v", "formula": "v ~ 1 + condition"}])
prior = model.sample_prior_predictive(draws=200, random_seed=1)
rt = prior["prior_predictive"]["rt,response"].isel({"rt,response_dim": 0})
print("prior predictive median rt:", float(rt.median().round(2)), "s")

# %% [markdown]
# ## Fit, and ask whether it can be trusted

# %%
traces = model.sample(**fit)
print(model.diagnose())

# %% [markdown]
# `diagnose()` has a table as well (`.table`), with the advice that goes with each failed check, and one row per number
# in the posterior (`.variables`).
#
# ## What was found

# %%
print(model.summary()[["mean", "sd", "ess_bulk", "r_hat"]])

# %% [markdown]
# On the natural scale, with intervals, one panel per parameter that depends on the condition:

# %%
grid = plotting.plot_effects(model, "condition")
grid.figure.savefig("tour_effects.png", dpi=90)

# %% [markdown]
# ## Does the model predict the data?
#
# Predictions are drawn once and kept in the traces; every plot uses them.

# %%
model.sample_posterior_predictive(draws=min(DRAWS, 200), random_seed=2)
grid = model.plot_predictive(col="condition", random_state=1)
grid.figure.savefig("tour_predictive.png", dpi=90)

# %% [markdown]
# The process behind it: boundaries, mean drift, starting point, non-decision time, and five simulated paths.

# %%
grid = model.plot_model_cartoon(col="condition", n_trajectories=5, random_state=1)
grid.figure.savefig("tour_cartoon.png", dpi=90)

# %% [markdown]
# Fast and slow responses, in the data and in the model:

# %%
axes = plotting.plot_conditional_accuracy(model, "condition", random_state=1)
axes.figure.savefig("tour_accuracy.png", dpi=90)

# %% [markdown]
# ## Tidy draws for your own plots
#
# One row per chain, draw and coordinate; `to="polars"` if that package is installed.

# %%
print(hssm.tidy_draws(model, "v_Intercept", "a", to="pandas").head(3))

# %% [markdown]
# ## One page that holds it all, and the model for later

# %%
print(model.report("tour_report.html", random_state=1))
print(model.save_model("tour"))
