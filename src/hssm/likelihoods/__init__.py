"""Likelihoods: a model's density and simulator under one roof, and what is wrapped around them."""
