"""The use cases: the only place where engine, signing and archive meet."""
