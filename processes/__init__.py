"""The use cases: the only place where engine, signing and archive meet."""

VERSION = "0.1.0"
"""of the product; pyproject.toml says the same"""
