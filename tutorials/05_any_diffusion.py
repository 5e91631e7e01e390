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
# # Any diffusion
#
# In this lesson patience runs out: boundaries come together along a curve. You fit a model of which nobody knows a
# formula, look at the curve that was found rather than at its parameters, and then write a model of your own.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import hssm

DRAWS = int(os.environ.get("HSSM_TUTORIAL_DRAWS", "400"))  # draws per chain; the project's checks use few
SAMPLING = {"draws": DRAWS, "tune": max(DRAWS, 400), "chains": 2, "random_seed": 1, "progressbar": False}

# %% [markdown]
# ## Boundaries that come together
#
# `weibull` has boundaries at ±a exp(−(τ / beta)^alpha), τ seconds after the decision began. Its likelihood is the
# solution of the equations of the diffusion, with gradients: no network, no simulation.

# %%
truth = {"v": 1.0, "a": 1.5, "z": 0.5, "t": 0.3, "alpha": 2.5, "beta": 1.3}
data = hssm.simulate_data("weibull", truth, size=500, random_state=5)
model = hssm.HSSM(data, model="weibull", z=0.5, p_outlier=None)
model.sample(**SAMPLING)
print(model.summary()[["mean", "sd", "r_hat"]])

# %% [markdown]
# ## What has been found is a curve
#
# `a`, `alpha` and `beta` trade off: many triples make nearly the same boundary where there are responses, so their
# intervals say little one by one. What the data do know is the boundary. Compute it for every draw, and take quantiles
# at every moment.

# %%
tau = np.linspace(0.0, 2.0, 101)


def weibull_bound(a, alpha, beta):
    return a * np.exp(-((tau / beta) ** alpha))


draws = model.traces.posterior.to_dataset().stack(sample=("chain", "draw"))
curves = weibull_bound(*(draws[name].to_numpy()[:, None] for name in ("a", "alpha", "beta")))
low, middle, high = np.quantile(curves, [0.05, 0.5, 0.95], axis=0)

figure, axis = plt.subplots(figsize=(7, 3.6), layout="constrained")
axis.fill_between(tau, low, high, color="tab:blue", alpha=0.25, label="90 % of the posterior")
axis.plot(tau, middle, color="tab:blue", label="posterior median")
axis.plot(tau, weibull_bound(truth["a"], truth["alpha"], truth["beta"]), "k--", label="truth")
decisions = data["rt"] - float(draws["t"].mean())
heights, edges = np.histogram(decisions, bins=30, range=(0.0, 2.0))
axis.stairs(0.5 * heights / heights.max(), edges, fill=True, color="0.85", label="decision times")
axis.set(xlabel="decision time τ (s)", ylabel="boundary (√s)", xlim=(0.0, 2.0), ylim=(0.0, None))
axis.legend(frameon=False)
figure.savefig("any_diffusion_bound.png", dpi=90)

# %%
exact = weibull_bound(truth["a"], truth["alpha"], truth["beta"])
seen = (tau > 0.1) & (tau < np.quantile(decisions, 0.9))
print(f"where there are responses, the band is {np.mean((high - low)[seen]):.2f} wide on average, in units of √s")
print(f"and holds the true boundary at {np.mean((low <= exact) & (exact <= high), where=seen):.0%} of these moments")

# %% [markdown]
# ## A model of your own
#
# In a Simon task the irrelevant side of the stimulus pulls at the response first, and fades. Nobody has a function
# of that name; you write it down. `p.side` is a column of the data: 1 if the side agrees with the correct response,
# -1 if it does not.

# %%
simon = hssm.diffusion_model(
    "simon",
    drift=lambda t, p: p.v + p.side * p.pull * np.exp(-t / p.fade),
    bound=lambda t, p: p.a,
    params={"v": None, "a": None, "z": None, "pull": {"bounds": (0, 10)}, "fade": {"bounds": (0.01, 1)}},
    extra_fields=["side"],
)
side = np.repeat([1, -1], 250)
known = {"v": 1.6, "a": 1.0, "z": 0.5, "t": 0.3, "pull": 4.0, "fade": 0.15}
tasks = hssm.simulate_data(simon, {**known, "side": side}, random_state=6).assign(side=side)
own = hssm.HSSM(tasks, model=simon, z=0.5, p_outlier=None)
own.sample(**SAMPLING)
print(own.summary()[["mean", "sd", "r_hat"]])

# %% [markdown]
# The model has the likelihood, the simulator, priors, predictions and everything else that built-in models have.
# Again the curve says more than `pull` and `fade`: the drift in incongruent trials begins on the wrong side.

# %%
draws = own.traces.posterior.to_dataset().stack(sample=("chain", "draw"))
v, pull, fade = (draws[name].to_numpy()[:, None] for name in ("v", "pull", "fade"))
tau = np.linspace(0.0, 0.8, 81)
figure, axis = plt.subplots(figsize=(7, 3.2), layout="constrained")
for sign, color, label in ((1, "tab:green", "congruent"), (-1, "tab:red", "incongruent")):
    low, middle, high = np.quantile(v + sign * pull * np.exp(-tau / fade), [0.05, 0.5, 0.95], axis=0)
    axis.fill_between(tau, low, high, color=color, alpha=0.25)
    axis.plot(tau, middle, color=color, label=label)
    axis.plot(tau, known["v"] + sign * known["pull"] * np.exp(-tau / known["fade"]), "k--", linewidth=1)
axis.axhline(0.0, color="0.6", linewidth=0.8)
axis.set(xlabel="decision time τ (s)", ylabel="drift (1/√s)", xlim=(0.0, 0.8))
axis.legend(title="90 % bands; dashed: truth", frameon=False)
figure.savefig("any_diffusion_drift.png", dpi=90)

# %% [markdown]
# ## Where to go from here
#
# [Numerical diffusions](../explanation/numerical_diffusions.md) says what drift, boundary, leak and start may be, how
# exact the numbers are and what cannot be had. [Which model when](../explanation/which_model.md) lists the diffusions
# that are built in, two conflict models among them.
