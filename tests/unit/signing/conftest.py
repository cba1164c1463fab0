"""Fixtures of the signing room."""

from signing_pilot import authority, enrol, foreign_key, opened, pilot, tool
from softhsm import softhsm

__all__ = ["authority", "enrol", "foreign_key", "opened", "pilot", "softhsm", "tool"]
