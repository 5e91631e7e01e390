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
# # How many trials do I need?
#
# An experiment compares drift rates under two levels of difficulty. Before anyone is invited, simulate it: with the
# effect that you expect, in designs that you can afford, fitted as the data will be fitted. Two minutes.

# %%
import os

import hssm

DATASETS = int(os.environ.get("HSSM_TUTORIAL_DATASETS", "12"))  # per design; the project's checks use few
DRAWS = int(os.environ.get("HSSM_TUTORIAL_DRAWS", "300"))

# %% [markdown]
# ## What will be fitted, and what is expected
#
# Difficulty is coded -1 and 1, so that the coefficient `v_difficulty` is half the difference in drift. Participants
# differ in drift and boundary. Everything that is not named in `theta` would be drawn from the prior, which is wider
# than what anyone expects of this task: so name it all.

# %%
include = [
    {"name": "v", "formula": "v ~ 1 + difficulty + (1|participant_id)"},
    {"name": "a", "formula": "a ~ 1 + (1|participant_id)"},
]
expected = {
    "v": 1.0,
    "v_difficulty": -0.15,
    "v_1|participant_id_sigma": 0.3,
    "a": 1.2,
    "a_1|participant_id_sigma": 0.15,
    "z": 0.5,
    "t": 0.3,
}

# %% [markdown]
# ## A small recovery study per design

# %%
plan = hssm.recovery.plan(
    "ddm",
    include,
    n_participants=[8, 16],
    n_trials=[20, 60],
    theta=expected,
    design={"difficulty": [-1.0, 1.0]},
    n_datasets=DATASETS,
    sample_kwargs={"draws": DRAWS, "tune": 300, "chains": 2},
    executor=1,
    random_state=1,
    progressbar=False,
)
columns = ["n_participants", "n_trials", "posterior_sd", "power", "power_error", "coverage"]
print(plan.table.loc[plan.table["parameter"] == "v_difficulty", columns].round(3).to_string(index=False))

# %%
plan.plot("v_difficulty").savefig("how_many_trials_power.png", dpi=90)

# %% [markdown]
# `posterior_sd` is how precisely the effect will be known; it settles with few data sets. `power` is the share of
# simulated experiments in which the 95 % interval leaves out 0, and needs more of them: its standard error is in the
# table. The effect varies within participants, so participants and trials count alike.
#
# ## What varies between participants
#
# For effects between participants, and for standard deviations of groups, more trials help little: look at the other
# rows.

# %%
between = plan.table[plan.table["parameter"].isin(["v_Intercept", "v_1|participant_id_sigma"])]
print(between[["parameter", *columns[:3]]].round(3).to_string(index=False))

# %% [markdown]
# ## Was the model recovered at all?
#
# Every design is a recovery study of its own.

# %%
print(plan.studies[16, 60])
