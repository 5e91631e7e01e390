"""Models on disk: the specification as JSON, data as parquet, draws as netCDF."""
