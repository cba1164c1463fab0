"""Fixtures of the signing room."""

from signing_containers import sign
from signing_pilot import authority, enrol, foreign_key, opened, pilot, tool
from softhsm import softhsm

__all__ = ["authority", "enrol", "foreign_key", "opened", "pilot", "sign", "softhsm", "tool"]
