"""Fixtures of the signing room."""

from signing_pilot import authority, enrol, opened, pilot, tool
from softhsm import softhsm

__all__ = ["authority", "enrol", "opened", "pilot", "softhsm", "tool"]
