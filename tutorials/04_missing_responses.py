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
# # Trials without a response
#
# In this lesson people have 1.6 seconds to respond, and miss that on every third trial. You fit the data twice,
# without these trials and with them, and see which of the two finds the truth.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import hssm

DRAWS = int(os.environ.get("HSSM_TUTORIAL_DRAWS", "1000"))  # draws per chain; the project's checks use few

# %% [markdown]
# ## Data with a deadline
#
# The simulator knows deadlines: what comes at or past them is an omission, -999 in `rt` and in `response`.

# %%
truth = {"v": 0.8, "a": 1.3, "z": 0.5, "t": 0.3}
deadline = 1.6
data = hssm.simulate_data("ddm", truth, size=400, deadline=deadline, random_state=3)
omitted = data["rt"] == -999
print(f"{omitted.mean():.0%} of the trials have no response")
print(data.head())

# %% [markdown]
# ## Leaving them out
#
# The usual way is to drop the rows. The slow trials are gone, so what is left looks fast and decided.

# %%
dropped = hssm.HSSM(data[~omitted], p_outlier=None)
dropped.sample(draws=DRAWS, tune=max(DRAWS, 500), random_seed=1, progressbar=False)
print(dropped.summary()[["mean", "sd"]])

# %% [markdown]
# ## Telling the model about the deadline
#
# One argument. An omission now contributes the probability of not having responded by the deadline, S(d). A number is
# the deadline of all trials; a column may hold one for each (`deadline=True`, or its name).

# %%
model = hssm.HSSM(data, deadline=deadline, p_outlier=None)
print(model)
model.sample(draws=DRAWS, tune=max(DRAWS, 500), random_seed=1, progressbar=False)
print(model.summary()[["mean", "sd"]])

# %% [markdown]
# ## Which one finds the truth?
#
# Posterior densities of both fits, and the values that made the data.

# %%
figure, axes = plt.subplots(1, len(truth), figsize=(11, 2.9), layout="constrained")
for axis, (name, value) in zip(axes, truth.items(), strict=True):
    for fit, label, color in ((dropped, "omissions dropped", "tab:red"), (model, "omissions modelled", "tab:blue")):
        draws = fit.traces.posterior[name].to_numpy().ravel()
        axis.hist(draws, bins=40, density=True, histtype="stepfilled", alpha=0.5, color=color, label=label)
    axis.axvline(value, color="black", label="truth")
    axis.set(title=name, yticks=[])
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=3, frameon=False)
figure.savefig("missing_responses_bias.png", dpi=90)

# %%
for name, value in truth.items():
    for fit, label in ((dropped, "dropped"), (model, "modelled")):
        draws = fit.traces.posterior[name].to_numpy().ravel()
        low, high = np.quantile(draws, [0.05, 0.95])
        print(f"{name}: truth {value}, {label} {draws.mean():.2f}, 90 % interval {low:.2f} to {high:.2f}")

# %% [markdown]
# Drift comes out far too high and the boundaries far too close when the rows are dropped: the model explains the
# missing slow responses by a mind made up quickly. It is precisely wrong: the intervals are short.
#
# ## Predictions have omissions, too
#
# So omissions are something to check a model by.

# %%
model.sample_posterior_predictive(draws=100, random_seed=1)
predicted = model.traces.posterior_predictive["rt,response,deadline"].to_numpy()
shares = (predicted[..., 0] == -999).mean(axis=-1).ravel()
print(f"omitted: observed {omitted.mean():.2f}, predicted {shares.mean():.2f} ± {shares.std():.2f}")

# %% [markdown]
# ## Where to go from here
#
# [Missing responses](../explanation/missing_responses.md) has the formula of every outcome: lost reaction times,
# go/no-go decisions, censoring, truncation. [Model trials without a
# response](../how_to/missing_responses.md) has the options.
