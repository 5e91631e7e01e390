"""Tests of the Bambi bridge: the same numbers by another path."""
