"""Fixtures of the signing room; the helpers lie beside its unit tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "signing"))

from signing_pilot import authority, enrol, opened, pilot, tool

__all__ = ["authority", "enrol", "opened", "pilot", "tool"]
