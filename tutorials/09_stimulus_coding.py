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
# # Stimulus coding: bias in the start or in the drift?
#
# Responses can be coded as correct and error, or as left and right. Only the second can show a preference for a side:
# in the starting point (a readiness before the stimulus) or in the drift (a leaning of the evidence). A minute.

# %%
import os

import numpy as np

import hssm
from hssm import plotting

DRAWS = int(os.environ.get("HSSM_TUTORIAL_DRAWS", "1000"))  # draws per chain; the project's checks use few
fit = {"draws": DRAWS, "tune": max(DRAWS, 300), "random_seed": 1, "progressbar": False}

# %% [markdown]
# ## Data in stimulus coding
#
# The upper boundary is "right". On half of the trials the stimulus points to the right (+1), on the others to the left
# (−1); the drift has the stimulus' sign. This person starts nearer to "right": z = 0.6. The drift leans by 0.1.

# %%
rng = np.random.default_rng(5)
stimulus = rng.choice([-1, 1], 500)
theta = {"v": 0.1 + 0.9 * stimulus, "a": 1.2, "z": 0.6, "t": 0.3}
data = hssm.simulate_data("ddm", theta, random_state=rng)
data["response"] = np.where(data["response"] == 1, "right", "left")
data["stimulus"] = stimulus
print(data.groupby("stimulus")["response"].value_counts(normalize=True).round(2))

# %% [markdown]
# ## The model
#
# `v ~ 1 + stimulus`: the slope is the person's sensitivity, the intercept a bias of the drift. `choices` says which
# label is the lower boundary. The default prior of a slope, a normal distribution with standard deviation 0.25, has
# small effects of covariates in mind. Here the slope is half the difference between the two drifts, as large as a drift
# itself, so it gets a wider one. (Without it, the diagnosis says that prior and data disagree.)

# %%
drift = {
    "name": "v",
    "formula": "v ~ 1 + stimulus",
    "prior": {"stimulus": {"name": "Normal", "mu": 0, "sigma": 2}},
}
model = hssm.HSSM(data, choices=["left", "right"], include=[drift])
model.sample(**fit)
print(model.diagnose())
print(model.summary(var_names=["v_Intercept", "v_stimulus", "z"])[["mean", "sd"]])

# %% [markdown]
# ## Both biases at once
#
# They can be told apart because they act at different times: a biased start makes *fast* responses lean, a biased
# drift *all* of them. The share of "right" by speed shows it.

# %%
axes = plotting.plot_conditional_accuracy(model, "stimulus", random_state=1, ylabel='Proportion "right"')
axes.figure.savefig("stimulus_accuracy.png", dpi=90)

# %%
posterior = model.traces["posterior"]
print("P(start biased to the right):", float((posterior["z"] > 0.5).mean()))
print("P(drift leans to the right): ", float((posterior["v_Intercept"] > 0).mean()))

# %% [markdown]
# ## If your data say only correct and error
#
# Then recode: `response = stimulus` for correct trials, `-stimulus` for errors. Data in accuracy coding cannot show a
# bias to a side, and z should be fixed at 0.5 there unless a reason speaks against it: `hssm.HSSM(data, z=0.5)`.
