"""How close two numbers must be, by the reason for which they may differ. Tests use these, not bare numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tolerance:
    """Largest difference allowed: ``absolute + relative * |expected|``."""

    relative: float = 0.0
    absolute: float = 0.0


@dataclass(frozen=True)
class MonteCarlo:
    """For random draws: a mean may be off by so many standard errors, a p-value may not be below ``false_alarm``."""

    standard_errors: float
    false_alarm: float


QUADRATURE = Tolerance(relative=1e-6, absolute=1e-6)
"""A numerical integral on a fixed grid against its exact value."""

MONTE_CARLO = MonteCarlo(standard_errors=3.9, false_alarm=1e-4)
"""Both limits are passed by one comparison in ten thousand if nothing is wrong."""

SAME_NUMERICS = Tolerance(relative=1e-12, absolute=1e-12)
"""The same formula evaluated twice, in another order or by another compiler."""

OTHER_ALGORITHM = Tolerance(relative=1e-9, absolute=1e-9)
"""The same number by another algorithm, in double precision."""

FINITE_DIFFERENCE = Tolerance(relative=1e-6, absolute=1e-6)
"""A central difference with a step near the cube root of rounding error against the derivative."""

SINGLE_PRECISION = Tolerance(relative=2e-4, absolute=2e-4)
"""32-bit against 64-bit arithmetic: rt - t alone loses a few parts in 1e6, which densities magnify."""

ANALYTIC_GRADIENT = Tolerance(relative=1e-11, absolute=1e-11)
"""A derivative from the terms of a series against a table of 17 digits: some factors amplify rounding."""

FINITE_DIFFERENCE_OF_GRADIENT = Tolerance(relative=1e-5, absolute=1e-5)
"""A central difference of first derivatives against a second derivative."""

UPSTREAM_NORMAL = Tolerance(relative=1e-7, absolute=1e-8)
"""PyMC's normal distribution functions divide by a square root of 2 that was rounded to 32 bits."""

DRAWN = Tolerance(relative=1e-9, absolute=1e-12)
"""Coordinates read back from a plot against the numbers that were to be drawn."""

BINNED = Tolerance(absolute=0.01)
"""A kernel density of binned values against the exact one, or the area of a density on a grid against a proportion."""

FIXED_QUADRATURE = Tolerance(relative=1e-8, absolute=1e-8)
"""An average over starts, non-decision times or decision times by a rule with a fixed number of nodes."""

CLOSED_FORM = Tolerance(relative=1e-11, absolute=1e-11)
"""A log density or log survivor that is a closed form, against a table of 17 digits, down to -700."""

RACE_GRADIENT = Tolerance(relative=1e-9, absolute=1e-9)
"""Its derivative, where ends of an interval may nearly cancel."""

RACE_CDF = Tolerance(relative=1e-10, absolute=1e-10)
"""A distribution function by fixed quadrature in log time against a table of 17 digits."""

QUADRATURE_SLOPE = Tolerance(relative=1e-4, absolute=1e-3)
"""Slopes of an integral with fixed nodes of something that starts suddenly at a place that moves: a few do not see it
move as smoothly as it does."""

SOLVER = Tolerance(absolute=1e-6)
"""A log density above -20 from the integral equations of first passage, at the default tolerance, or a probability."""

SOLVER_GRADIENT = Tolerance(absolute=1e-5)
"""Its derivatives, relative to max(1, |derivative|)."""

SOLVER_TAIL = Tolerance(absolute=3e-6)
"""A log distribution function or survivor above -10: an integral of such densities, or what is left of one."""

OPTIMIZER = Tolerance(absolute=1e-2)
"""A log density at which a quasi-Newton search may stop short of the maximum."""

OTHER_RUNTIME = Tolerance(relative=1e-5, absolute=1e-5)
"""A network in 32 bits by another program that evaluates the same graph."""

SINGLE_PRECISION_SLOPE = Tolerance(relative=2e-3, absolute=2e-3)
"""A central difference of a 32-bit network, step 0.01, against its slope: rounding is divided by the step."""

SHIPPED_NETWORK = Tolerance(absolute=0.02)
"""Log density, where responses fall, of a network whose certificate has 95 % of errors below 0.001."""

LATE, LATE_GRADIENT = Tolerance(absolute=1e-3), Tolerance(absolute=0.02)
"""Log densities below -20, and their slopes in relation to them: sensible, not exact."""
