"""BuiltModel -> DataTree: samplers, point estimates, predictions, pointwise log-likelihoods."""
