"""Measurements of the product: a subject is a module here. `.venv/bin/python -m benchmarks --help` tells more."""
