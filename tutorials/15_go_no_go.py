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
# # Go or no-go, with networks
#
# On a go trial the drift is v, on a no-go trial it is -v. Who decides for "go" responds, and the rt is seen; who
# decides for "no-go" withholds the response, and nothing is seen. Two networks make a likelihood of that: one for the
# log density of a response, and one for the probability of every choice. You train both in less than a minute, fit
# once with `hssm.HSSM` and once with a PyMC model of your own, and compare with the exact likelihood.

# %%
import os

import jax
import numpy as np
import numpyro
import pandas as pd
import pymc as pm
import pytensor.tensor as pt

import hssm
from hssm import networks
from hssm.distribution_utils import make_distribution
from hssm.distribution_utils.jax import make_jax_logp_ops
from hssm.distribution_utils.onnx import make_jax_matrix_logp_funcs_from_onnx, make_pytensor_logp_from_onnx

numpyro.set_host_device_count(2)  # one for each chain
jax.config.update("jax_enable_x64", True)  # NumPyro called by PyMC computes in single precision otherwise
DRAWS = int(os.environ.get("HSSM_TUTORIAL_DRAWS", "500"))  # draws per chain; the project's checks use few
ROWS = 20 * DRAWS * 20  # labelled rows that a network is trained on

# %% [markdown]
# ## Data
#
# Three of four trials are go trials. Code 1 is "go", -1 is "no-go"; of a withheld response nothing is left but that
# it was withheld.

# %%
truth = {"v": 1.1, "a": 1.2, "t": 0.35}
sign = np.where(np.random.default_rng(1).random(600) < 0.75, 1.0, -1.0)
data = hssm.simulate_data("ddm", {**truth, "v": truth["v"] * sign, "z": 0.5}, random_state=2)
withheld = (data["response"] == -1).to_numpy()
data["rt"] = data["rt"].mask(withheld, -999.0)
data["sign"] = sign
print(data.assign(withheld=withheld).groupby("sign")["withheld"].mean())

# %% [markdown]
# ## Two networks
#
# A LAN gives the log density of (rt, response); a CPN the log probability of each choice, whenever it is made. Both
# are trained on exact labels of the model here; a model without an exact density is simulated instead. The certificate
# beside each file says how good it became. (The package ships both, with smaller errors: `networks.load("ddm")`.)

# %%
options = {"out": "networks", "n_simulations": ROWS, "random_state": 1, "progress": False}
lan = networks.train("ddm", epochs=8, **options)
cpn = networks.train("ddm", kind="cpn", epochs=8, **options)
for network in (lan, cpn):
    print(network)

# %% [markdown]
# ## With formulas
#
# `nogo=-1` says that this choice is expressed by withholding. The network of the choices lies beside that of the
# density, so it is found; `loglik_missing_data=cpn` would name it.


# %%
def build(**likelihood):
    drift = {
        "name": "v",
        "formula": "v ~ 0 + sign",
        "link": "identity",
        "prior": {"sign": hssm.Prior("Normal", mu=0, sigma=2)},
    }
    return hssm.HSSM(data, model="ddm", include=[drift], z=0.5, nogo=-1, p_outlier=None, **likelihood)


settings = {"draws": DRAWS, "tune": max(DRAWS, 300), "chains": 2, "random_seed": 1, "progressbar": False}
with_networks = build(loglik=lan, loglik_kind="approx_differentiable")
with_networks.sample(sampler="numpyro", **settings)
exact = build()
exact.sample(**settings)
print(exact)

# %% [markdown]
# ## As a PyMC model
#
# The distribution of the responses that were seen comes from the LAN; what was withheld enters by a potential, the log
# probability of the first choice, -1, from the CPN.

# %%
DDM = make_distribution("ddm", make_pytensor_logp_from_onnx(lan.path), ["v", "a", "z", "t"])
log_nogo = make_jax_logp_ops(*make_jax_matrix_logp_funcs_from_onnx(cpn.path))
seen = data.loc[~withheld, ["rt", "response"]].to_numpy(dtype=float)

with pm.Model() as by_hand:
    v = pm.TruncatedNormal("v", 0, 2, lower=-3, upper=3)
    a = pm.Uniform("a", 0.3, 2.5)
    t = pm.Uniform("t", 0.0, seen[:, 0].min())
    DDM("responses", v=v * sign[~withheld], a=a, z=0.5, t=t, observed=seen)
    n = int(withheld.sum())
    rows = pt.stack([v * sign[withheld], pt.full(n, a), pt.full(n, 0.5), pt.full(n, t)], axis=1)
    pm.Potential("withheld", log_nogo(rows).sum())
    traces = pm.sample(nuts_sampler="numpyro", initvals={"v": 0.5, "a": 1.0, "t": 0.2}, **settings)

# %% [markdown]
# ## The same answer three times

# %%
named = {
    "networks, HSSM": with_networks.traces["posterior"].to_dataset().rename({"v_sign": "v"}),
    "networks, PyMC": traces["posterior"].to_dataset(),
    "exact": exact.traces["posterior"].to_dataset().rename({"v_sign": "v"}),
}
table = pd.DataFrame(
    {
        (who, what): {name: float(getattr(draws[name], what)()) for name in truth}
        for who, draws in named.items()
        for what in ("mean", "std")
    }
)
table.insert(0, ("truth", ""), pd.Series(truth))
print(table.round(3).to_string())

# %% [markdown]
# With a deadline, a response is withheld if "no-go" was decided or nothing was decided in time: add a column of
# deadlines and `deadline="deadline"`, and a network of kind "gonogo". Which networks a question needs is told in
# [Use a network as a likelihood](../how_to/networks.md).
