"""X.509 and PAdES: keys, signatures, timestamps, validation. No database, no web."""
