"""What the README states, measured: ``python -m benchmarks.demo``."""
