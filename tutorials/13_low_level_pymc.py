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
# # The distributions in a PyMC model of your own
#
# When formulas do not say what you mean, write the model yourself: every model here is a PyMC distribution. You build
# one with a parameter that two groups of trials share, then a distribution from a density of your own. A minute.

# %%
import os

import arviz as az
import numpy as np
import pymc as pm
import pytensor.tensor as pt

import hssm
from hssm.distribution_utils import make_distribution, make_distribution_for_supported_model

DRAWS = int(os.environ.get("HSSM_TUTORIAL_DRAWS", "500"))  # draws per chain; the project's checks use few

# %% [markdown]
# ## Drift and caution that are tied together
#
# Suppose that effort raises the drift and the boundary by the same factor. No formula says that, a PyMC model does.

# %%
rng = np.random.default_rng(2)
high = np.repeat([0, 1], 150)
effort = np.exp(0.3 * high)
data = hssm.simulate_data("ddm", {"v": 0.8 * effort, "a": 1.1 * effort, "z": 0.5, "t": 0.3}, random_state=rng)

DDM = make_distribution_for_supported_model("ddm", lapse={"name": "Uniform", "lower": 0.0, "upper": 20.0})
with pm.Model() as model:
    log_effort = pm.Normal("log_effort", 0, 0.5)
    factor = pt.exp(log_effort * high)
    v = pm.Normal("v", 0, 2)
    a = pm.Gamma("a", mu=1.5, sigma=0.75)
    t = pm.HalfNormal("t", 0.5)
    responses = data[["rt", "response"]].to_numpy(dtype=float)
    DDM("y", v=v * factor, a=a * factor, z=0.5, t=t, p_outlier=0.05, observed=responses)
    start = {"t": 0.1}
    traces = pm.sample(draws=DRAWS, tune=max(DRAWS, 300), chains=2, initvals=start, random_seed=1, progressbar=False)
print(az.summary(traces)[["mean", "sd", "r_hat"]])

# %% [markdown]
# ## A density of your own
#
# A shifted Wald distribution (one boundary, one response) as a PyTensor function of the data matrix and the
# parameters, in the field's convention: rt in the first column, the response in the second.


# %%
def wald(data, drift, boundary, shift):
    tau = data[:, 0] - shift
    safe = pt.switch(tau > 0, tau, 1.0)
    log_density = pt.log(boundary) - 0.5 * pt.log(2 * np.pi * safe**3) - (boundary - drift * safe) ** 2 / (2 * safe)
    return pt.switch(tau > 0, log_density, -np.inf)


def simulate(theta, n_samples, random_state):
    generator = np.random.default_rng(random_state)
    drift, boundary, shift = np.asarray(theta).T
    rt = shift + generator.wald(boundary / drift, boundary**2)
    return np.column_stack([rt, np.ones_like(rt)])


positive = (0.0, np.inf)
Wald = make_distribution(
    simulate, wald, ["drift", "boundary", "shift"], bounds={"drift": positive, "boundary": positive}
)
observed = simulate(np.tile([2.0, 1.0, 0.2], (200, 1)), 1, 3)
with pm.Model() as model:
    drift, boundary = pm.HalfNormal("drift", 3), pm.HalfNormal("boundary", 2)
    shift = pm.Uniform("shift", 0, observed[:, 0].min())
    Wald("y", drift=drift, boundary=boundary, shift=shift, observed=observed)
    traces = pm.sample(draws=DRAWS, tune=max(DRAWS, 300), chains=2, random_seed=1, progressbar=False)
print(az.summary(traces)[["mean", "sd", "r_hat"]])

# %% [markdown]
# The same function works inside `hssm.HSSM` with formulas, links and everything else: pass it as `loglik` with a
# `model_config` that names its parameters.
