"""Plays a tour in a process of its own: HOME OUT [sample]. The sample has every construct once."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "integration" / "processes"))

from tour_runner import CHEAP_ROUNDS, SCENARIOS, say

from processes.demo.tour import run_tour
from processes.settings import Settings
from signing.keys import pkcs12

if __name__ == "__main__":
    home, out, *sample = sys.argv[1:]
    pkcs12.KDF_ROUNDS = CHEAP_ROUNDS  # nobody here tries to open its keys
    whole = run_tour(Settings(home=Path(home)), out=Path(out), tell=say, only=SCENARIOS if sample else None)
    sys.exit(0 if whole else 1)
