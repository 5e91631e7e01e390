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
# # A first fit
#
# In this lesson you make data whose true parameters you know, fit them, look whether the fit can be trusted and
# whether it found the truth, and predict. It takes a minute and needs nothing but the package.

# %%
import os

import numpy as np

import hssm

DRAWS = int(os.environ.get("HSSM_TUTORIAL_DRAWS", "1000"))  # draws per chain; the project's checks use few

# %% [markdown]
# ## Data with a known truth
#
# One participant decides 500 times. The evidence `x` differs between trials, and each unit of it adds 0.6 to the
# drift. Times are in seconds; `a` is **half** the distance between the boundaries.

# %%
rng = np.random.default_rng(1)
x = rng.normal(size=500)
truth = {"v": 0.4 + 0.6 * x, "a": 1.4, "z": 0.5, "t": 0.3}
data = hssm.simulate_data("ddm", theta=truth, random_state=rng)
data["x"] = x
print(data.head())
print(data.groupby("response")["rt"].describe().round(2))

# %% [markdown]
# ## The model
#
# A formula says that drift depends on `x`. The other parameters stay one number each, with default priors. Printing
# the model shows everything that was decided for you: priors, links, the lapse.

# %%
model = hssm.HSSM(data, include=[{"name": "v", "formula": "v ~ 1 + x"}])
print(model)

# %% [markdown]
# ## The fit
#
# Four chains by default. The first fit on a machine takes some seconds longer, because the likelihood is compiled.

# %%
traces = model.sample(draws=DRAWS, tune=max(DRAWS, 500), random_seed=1, progressbar=False)

# %% [markdown]
# ## Can it be trusted?
#
# Three questions first, before any estimate: do the chains agree (`r_hat` below 1.01), are there enough effective
# samples (`ess_bulk`, `ess_tail` in the hundreds), were there divergences? `sample` warns if one of the answers is
# bad.

# %%
print("divergences:", int(traces["sample_stats"]["diverging"].sum()))
summary = model.summary()
print(summary)

# %% [markdown]
# ## Did it find the truth?
#
# Nineteen of twenty true values should lie inside intervals of 95 %. These are five, so one outside would be no
# scandal, two would be.

# %%
true_values = {"v_Intercept": 0.4, "v_x": 0.6, "a": 1.4, "z": 0.5, "t": 0.3}
for name, value in true_values.items():
    low, high = traces["posterior"][name].quantile([0.025, 0.975]).values
    verdict = "inside" if low < value < high else "outside"
    print(f"{name:12s} true {value:.2f}   95 % interval [{low:.2f}, {high:.2f}]   {verdict}")

# %% [markdown]
# ## Does it predict the data?
#
# Responses are drawn from the fitted model for every trial and laid beside those observed: lower responses to the left
# of zero, upper ones to the right.

# %%
model.sample_posterior_predictive(draws=min(DRAWS, 250), random_seed=2)
axes = model.plot_predictive()
axes.figure.savefig("first_fit_predictive.png", dpi=100, bbox_inches="tight")

# %% [markdown]
# ## Predict something new
#
# What would this person do with evidence of −1, 0 and 1? A frame with the covariate is enough. Each row is predicted
# once per posterior draw; drift is the mean of `v`, which `kind="response_params"` gives directly.

# %%
import pandas as pd

new = pd.DataFrame({"x": [-1.0, 0.0, 1.0]})
predicted = model.sample_posterior_predictive(data=new, inplace=False, random_seed=3)["posterior_predictive"][
    "rt,response"
]
rt, response = predicted.isel({"rt,response_dim": 0}), predicted.isel({"rt,response_dim": 1})
print(
    pd.DataFrame(
        {
            "x": new["x"],
            "P(upper)": (response == 1).mean(("chain", "draw")).values,
            "median rt": rt.median(("chain", "draw")).values,
        }
    ).round(2)
)

# %% [markdown]
# ## Keep it
#
# The result is an `xarray.DataTree`, which netCDF files hold as it is. `model.restore_traces(path)` takes it back.

# %%
traces.to_netcdf("first_fit.nc")
