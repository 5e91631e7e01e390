"""Public door: defaults of every model, read only."""

from hssm.models.describe import DefaultConfigs

default_model_config = DefaultConfigs()

__all__ = ["default_model_config"]
