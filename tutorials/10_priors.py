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
# # Priors: what they say, and how to say something else
#
# Default priors, your own, priors of regressions on their link scale, and the look at what they predict. A minute.

# %%
import os

import numpy as np

import hssm

DRAWS = int(os.environ.get("HSSM_TUTORIAL_DRAWS", "500"))  # draws per chain; the project's checks use few
fit = {"draws": DRAWS, "tune": max(DRAWS, 300), "chains": 2, "random_seed": 1, "progressbar": False}

# %%
rng = np.random.default_rng(7)
x = rng.normal(size=200)
data = hssm.simulate_data("ddm", {"v": 0.5 + 0.5 * x, "a": 1.3, "z": 0.5, "t": 0.3}, random_state=rng)
data["x"] = x

# %% [markdown]
# ## The defaults
#
# Every parameter has a prior on its natural scale; regressions of bounded parameters get a link, and a prior of the
# intercept whose quantiles are those of the natural-scale prior.

# %%
print(hssm.show_defaults("ddm"))
model = hssm.HSSM(data, include=[{"name": "v", "formula": "v ~ 1 + x"}, {"name": "a", "formula": "a ~ 1 + x"}])
print(model)

# %% [markdown]
# ## What they predict
#
# A prior on five parameters is hard to judge by looking at five densities. Its predictions are reaction times.


# %%
def predicted(model):
    tree = model.sample_prior_predictive(draws=300, random_seed=1)
    values = tree["prior_predictive"]["rt,response"]
    rt, response = values.isel({"rt,response_dim": 0}), values.isel({"rt,response_dim": 1})
    return {
        "median rt": float(rt.median()),
        "5 % and 95 % of rt": [round(float(q), 2) for q in rt.quantile([0.05, 0.95])],
        "P(upper), 5 % and 95 % over draws": [
            round(float(q), 2) for q in (response == 1).mean("__obs__").quantile([0.05, 0.95])
        ],
    }


print(predicted(model))

# %% [markdown]
# ## Your own
#
# A dict or a `Prior`, for a parameter or for a term. Priors of coefficients that you give are read on the *natural*
# scale: the link is then the identity unless you name one. `bounds` truncate.

# %%
informed = hssm.HSSM(
    data,
    include=[
        {
            "name": "v",
            "formula": "v ~ 1 + x",
            "prior": {
                "Intercept": {"name": "Normal", "mu": 0.5, "sigma": 0.5},
                "x": hssm.Prior("Normal", mu=0.0, sigma=0.3),
            },
        }
    ],
    a={"name": "Gamma", "mu": 1.3, "sigma": 0.3},
    t=hssm.Prior("HalfNormal", sigma=0.3, bounds=(0.1, 1.0)),
)
print(informed)
print(predicted(informed))

# %% [markdown]
# ## Does the prior matter?
#
# Fit with both and compare. Where the data say much, the answers agree; where they do not, you have learned that the
# prior is your result.

# %%
for name, each in {"default": model, "informed": informed}.items():
    each.sample(**fit)
    posterior = each.traces["posterior"]
    print(f"{name:9s} v_x = {float(posterior['v_x'].mean()):.2f} +- {float(posterior['v_x'].std()):.2f}")
