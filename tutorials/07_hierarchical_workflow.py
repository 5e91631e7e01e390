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
# # A hierarchical workflow
#
# Many people, few trials each. You fit them together, see what was decided for you, look at single people and at the
# group, and predict a person who was never measured. A minute and a half.

# %%
import os

import numpy as np
import pandas as pd

import hssm

DRAWS = int(os.environ.get("HSSM_TUTORIAL_DRAWS", "500"))  # draws per chain; the project's checks use few
fit = {"draws": DRAWS, "tune": max(DRAWS, 300), "chains": 2, "random_seed": 1, "progressbar": False}

# %% [markdown]
# ## Ten people with their own drift

# %%
rng = np.random.default_rng(3)
n_people, n_trials = 10, 40
person = np.repeat(np.arange(n_people), n_trials)
coherence = rng.uniform(-1, 1, n_people * n_trials)
true_drift = rng.normal(0.6, 0.4, n_people)
theta = {"v": true_drift[person] + 0.8 * coherence, "a": 1.2, "z": 0.5, "t": 0.3}
data = hssm.simulate_data("ddm", theta, random_state=rng)
data["participant_id"], data["coherence"] = person, coherence

# %% [markdown]
# ## The model
#
# `(1|participant_id)` gives every person a deviation from the group's intercept. Printing the model shows what was
# decided: links for bounded parameters, priors, and for each group-specific term whether it is sampled centred or not.

# %%
model = hssm.HSSM(data, include=[{"name": "v", "formula": "v ~ 1 + coherence + (1|participant_id)"}])
print(model)

# %%
model.sample(**fit)
report = model.diagnose()
print(report)

# %% [markdown]
# With 2 x 500 draws R-hat of one or two people may lie just beyond its limit; a few hundred more draws mend that. For a
# paper, draw until the report is good; for a lesson we go on.
#
# ## People are pulled towards the group
#
# Estimates of single people lie between what their own trials say and the group's mean: that is what a hierarchy is
# for.

# %%
draws = hssm.tidy_draws(model, "v_Intercept", "v_1|participant_id[participant_id]", to="pandas")
draws["drift"] = draws["v_Intercept"] + draws["v_1|participant_id"]
people = draws.groupby("participant_id")["drift"].agg(["mean", "std"])
people["true"] = true_drift[people.index.astype(int)]
print(people.round(2))
print("correlation with the truth:", round(people["mean"].corr(people["true"]), 2))

# %% [markdown]
# ## A person who was never measured
#
# A new participant's deviation is drawn from the group distribution, once per posterior draw: the prediction holds
# what is not known about them.

# %%
new = pd.DataFrame({"participant_id": 99, "coherence": [-0.5, 0.0, 0.5]})
tree = model.sample_posterior_predictive(data=new, inplace=False, sample_new_groups=True, random_seed=4)
response = tree["posterior_predictive"]["rt,response"].isel({"rt,response_dim": 1})
new["P(upper)"] = (response == 1).mean(("chain", "draw")).values
print(new.round(2))

# %% [markdown]
# ## Which participants does the model not describe?
#
# Leave-one-participant-out asks how well each person is predicted from the others. `reliability` says whether the
# approximation can be trusted; where it cannot, `refit_high_k` fits again without that person.

# %%
by_person = hssm.diagnostics.loo(model, by="participant_id")
print(by_person)
print(by_person.elpd_i.to_pandas().round(1))
