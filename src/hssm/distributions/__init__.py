"""Likelihoods as PyMC distributions: one random-variable class for every model."""
