"""A fit as one page: model, data, diagnostics, posterior and predictive checks in a single HTML file."""
