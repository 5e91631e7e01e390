"""Names of variables and dimensions in the PyMC model and in every result (one place, no string splitting)."""

from __future__ import annotations

OBS_DIM = "__obs__"
FIXED = "Fixed"
"""Name of the stand-in for the prior of a coefficient that has a value instead."""


_NATURAL = "_natural"


def response_dim(response_str: str) -> str:
    """Dimension of the response columns, e.g. ``rt,response_dim``."""
    return f"{response_str}_dim"


def variable(parameter: str, term: str) -> str:
    """Variable of a term of a parameter's regression, e.g. ``v_x`` or ``a_1|participant_id``."""
    return f"{parameter}_{term}"


def common_dim(variable_name: str) -> str:
    """Dimension of a categorical (or multi-column) common term."""
    return f"{variable_name}_dim"


def factor_dim(factor: str) -> str:
    """Dimension of the levels of a grouping factor, shared by all parameters."""
    return f"{factor}__factor_dim"


def expression_dim(variable_name: str) -> str:
    """Dimension of the columns of a group-specific categorical expression."""
    return f"{variable_name}__expr_dim"


def natural(variable_name: str) -> str:
    """Natural-scale companion of a link-scale variable."""
    return f"{variable_name}{_NATURAL}"


def is_natural(name: object) -> bool:
    """Whether a variable is the natural-scale companion of another."""
    return str(name).endswith(_NATURAL)


def latest(parameter: str) -> str:
    """Data: the response time that a parameter must be below, in its coordinate."""
    return f"{parameter}_latest"


def fastest(parameter: str) -> str:
    """Data: the fastest response time, in the coordinate of a parameter that is bounded by it."""
    return f"{parameter}_fastest"


def mean_time(parameter: str) -> str:
    """Data: the mean response time, in the coordinate of a parameter that grows with what remains of it."""
    return f"{parameter}_mean_rt"
