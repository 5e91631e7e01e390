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
# # Which model predicts better?
#
# Data from a process with collapsing boundaries, two models, and what the scores can tell: leave-one-out scores with
# their reliability, stacking weights, averaged predictions, and a Bayes factor. A minute and a half.

# %%
import os

import hssm
from hssm import diagnostics

DRAWS = int(os.environ.get("HSSM_TUTORIAL_DRAWS", "500"))  # draws per chain; the project's checks use few
fit = {"draws": DRAWS, "tune": max(DRAWS, 300), "chains": 2, "random_seed": 1, "progressbar": False}

# %%
truth = {"v": 0.8, "a": 1.6, "z": 0.5, "t": 0.3, "theta": 0.6}
data = hssm.simulate_data("angle", truth, size=400, random_state=2)

models = {name: hssm.HSSM(data, model=name) for name in ("ddm", "angle")}
for model in models.values():
    model.sample(**fit)

# %% [markdown]
# ## Scores
#
# `elpd` is the expected log density of a new trial, summed over trials: higher is better. `elpd_diff` is the distance
# to the best model, with its standard error. `reliability` reads out the Pareto k of the approximation, `verdict` says
# what the difference means.

# %%
table = hssm.compare(models)
print(table[["elpd", "elpd_diff", "dse", "weight", "verdict"]].round(2))
print(table["reliability"])

# %% [markdown]
# The weights are those of the best *mixture* of the models' predictions. They are no probabilities of being true.
#
# WAIC and DIC are there for continuity with older papers:

# %%
print(hssm.compare(models, method="waic")[["elpd", "elpd_diff"]].round(1))
print({name: round(diagnostics.dic(model), 1) for name, model in models.items()})

# %% [markdown]
# ## Predictions that carry the doubt about the model

# %%
averaged = diagnostics.average_predictions(models, table, draws=200, random_seed=3)
predicted = averaged["posterior_predictive"]["rt,response"]
print(predicted["model"].to_series().value_counts())
print("median rt:", float(predicted.isel({"rt,response_dim": 0}).median().round(2)))

# %% [markdown]
# ## A Bayes factor
#
# Is the starting point biased? One model fixes z at 0.5, the other gives it a prior. The marginal likelihood is
# computed by bridge sampling. The prior is part of the question: a vague one is punished for all the values that it
# thought possible.

# %%
unbiased = hssm.HSSM(data, model="angle", z=0.5)
unbiased.sample(**fit)
print(diagnostics.log_evidence(models["angle"], random_seed=1))
print(diagnostics.bayes_factor(unbiased, models["angle"], random_seed=1))
