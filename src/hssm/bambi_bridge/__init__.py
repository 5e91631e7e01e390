"""The only folder that knows Bambi's internals: resolved parameters in, a PyMC model out."""
