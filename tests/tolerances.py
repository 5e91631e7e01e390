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
