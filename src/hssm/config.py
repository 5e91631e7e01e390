"""Public door: the description of a model by its user."""

from hssm.models.config import ModelConfig

__all__ = ["ModelConfig"]
