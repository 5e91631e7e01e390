"""DataFrame to observations: what users' data must look like, and simulated data that do."""
