"""The only folder that knows Bambi's internals: resolved parameters in, a PyMC model out."""

import hssm.light_bambi  # noqa: F401  (first, so that Bambi comes without its plotting stack)
