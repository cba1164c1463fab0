"""Fixtures of the signing room."""

from signing_pilot import authority, enrol, opened, pilot, tool

__all__ = ["authority", "enrol", "opened", "pilot", "tool"]
