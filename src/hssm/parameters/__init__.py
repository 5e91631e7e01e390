"""What the user says about parameters, and what it means: priors, links, formulas, defaults, starting values.

Everything here ends in :class:`hssm.spec.ResolvedParam`, one per parameter, which the Bambi bridge builds from.
"""

import hssm.light_bambi  # noqa: F401  (first, so that Bambi comes without its plotting stack)
