"""Public helpers about parameters."""
