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
# # One data set, five models
#
# Several models may have made your data. In this lesson you simulate data from one of them, fit five, and compare how
# well each would predict new trials. You know the truth, so you can judge what such a comparison is able to find out,
# and what not.

# %%
import os

import arviz as az
import pandas as pd

import hssm

DRAWS = int(os.environ.get("HSSM_TUTORIAL_DRAWS", "1000"))  # draws per chain; the project's checks use few

# %% [markdown]
# ## Data from boundaries that come together
#
# 500 trials of one participant whose patience runs out: the boundaries start at ±1.6 and come together by an angle of
# 0.35 rad, so they would meet after some four seconds.

# %%
truth = {"v": 0.8, "a": 1.6, "z": 0.5, "t": 0.3, "theta": 0.35}
data = hssm.simulate_data("angle", theta=truth, size=500, random_state=4)
print(data.groupby("response")["rt"].describe().round(2))

# %% [markdown]
# ## Five accounts of the same trials
#
# | model | what it says |
# |---|---|
# | `ddm` | one drift, boundaries that stay |
# | `ddm_sdv` | the drift differs between trials |
# | `angle` | one drift, boundaries that come together (the truth here) |
# | `lnr2` | no common evidence: two accumulators race, each done after a lognormal time |
# | `lba2_t` | two accumulators race along straight lines whose slopes differ between trials |
#
# Races number their responses from 0, so they are told which of ours is which: `choices=[-1, 1]`. Times and choices
# are the same trials in the same order, so all five can be compared. All have the same lapse, 5 % of the trials.

# %%
names = ["ddm", "ddm_sdv", "angle", "lnr2", "lba2_t"]
models, traces = {}, {}
for name in names:
    models[name] = hssm.HSSM(data, model=name, choices=[-1, 1])
    traces[name] = models[name].sample(draws=DRAWS, tune=max(DRAWS, 500), random_seed=1, progressbar=False)

# %% [markdown]
# ## First of all: did the chains agree?
#
# A score of a fit that did not converge means nothing.

# %%
checks = {}
for name in names:
    diagnostics = az.summary(traces[name], kind="diagnostics", round_to="none")
    checks[name] = {
        "divergences": int(traces[name]["sample_stats"]["diverging"].sum()),
        "largest r_hat": diagnostics["r_hat"].max(),
        "smallest ess_bulk": diagnostics["ess_bulk"].min(),
    }
print(pd.DataFrame(checks).T.round(3))

# %% [markdown]
# Four did. `lba2_t` not quite: its `r_hat` is just above 1.01, and its `t` has fewer than 400 effective draws. For
# these trials `t` may be anything from 0 to a third of a second, in exchange for `A`, which leaves a long, narrow
# posterior; and the warning about `A` says that it had to go far beyond its prior. Here we leave it in the table, to
# show that LOO gives it a score like any other and no Pareto k complains. In an article, sample longer, and ask
# whether the model fits at all.
#
# ## Which one predicts best?
#
# `elpd` is the expected log predictive density: how probable a new trial is, on average, to a model that has learned
# from these. PSIS-LOO (Vehtari, Gelman & Gabry, 2017, Statistics and Computing 27) estimates it from the stored
# log-likelihoods without fitting again. `p` is the effective number of parameters, `elpd_diff` the distance to the
# best, `dse` the standard error of that distance (negative differences are worse).

# %%
scores = {name: az.loo(traces[name]) for name in names}
print("bad Pareto k:", {name: int((scores[name].pareto_k > scores[name].good_k).sum()) for name in names})
comparison = az.compare(scores, round_to="none")
print(comparison[["rank", "elpd", "p", "elpd_diff", "weight", "se", "dse"]].astype(float).round(2))

# %% [markdown]
# Read it in three steps. First, a bad Pareto k would mean that the estimate of some trial cannot be trusted. Second,
# look at a difference only together with its own standard error `dse`, not with `se`, which is large for all because
# trials differ. Third, what is below some four units, or below two standard errors, is no difference to speak of.

# %%
best = comparison.index[0]
for name in comparison.index[1:]:
    behind, error = -comparison.loc[name, "elpd_diff"], comparison.loc[name, "dse"]
    clear = behind > 4 and behind > 2 * error
    print(f"{name} behind {best}: {behind:.1f} +- {error:.1f}, {'clear' if clear else 'not clear'}")

# %% [markdown]
# ## What the wrong models make of it
#
# The parameters with the same names mean the same in all diffusion models. Below, the posterior mean and an interval
# of 95 %.

# %%
rows = {}
for name in ("ddm", "ddm_sdv", "angle"):
    posterior = traces[name]["posterior"]
    for parameter in models[name].list_params:
        if parameter in posterior:
            low, high = posterior[parameter].quantile([0.025, 0.975]).values
            rows[(parameter, name)] = [truth.get(parameter), float(posterior[parameter].mean()), low, high]
table = pd.DataFrame(rows, index=["true", "mean", "2.5 %", "97.5 %"]).T.sort_index(kind="stable").round(2)
print(table)

# %% [markdown]
# `ddm` and `ddm_sdv` have no way to say that boundaries come together. They give the missing slow responses to what
# they have: their boundaries are closer together than they were at the start, and their `t` is too long by some 0.15
# s. Their intervals are narrow and do not hold the truth: a model that is wrong is not less sure of itself. `sv`
# gains nothing although the `ddm` is wrong, because another parameter helps only if it bends the prediction in the
# right direction.
#
# The true model is not perfect either. Its intervals hold `v`, `z`, `t` and `theta`, and miss `a` by a little:
# boundaries that start wide and close fast look much like boundaries that start closer and close slowly, so `a`,
# `theta` and `t` are estimated together, and less precisely than `a` in the `ddm`. One interval of 95 % in twenty
# misses.
#
# ## What may be said
#
# "Of the four models that could be fitted, `angle` predicts best, clearly better than constant boundaries." That is
# what the score says. It does not say that boundaries did come together. Without `angle` on the list, the lognormal
# race would have won, a model that has no boundary at all, and it would not have been true. The winner is the best of
# those that were asked.
#
# Nor is a clear difference a large one: 18 units over 500 trials are 0.036 per trial. Models that are far from each
# other as stories may be close as predictions; then an experiment that changes one thing, such as time pressure or
# the cost of waiting, tells more than a finer score.
#
# Which models to put on such a list to begin with is the subject of "Which model when" in the documentation.
