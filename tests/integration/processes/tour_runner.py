"""Plays the tour in processes to be killed: everything is imported once, then each line on stdin forks one that plays.

Answers on stdout with the process id of the fork and, when that has ended, with how (0: whole, -9: killed).
"""

import json
import os
import sys
from pathlib import Path

from processes.demo.tour import run_tour
from processes.settings import Settings
from signing.keys import pkcs12

SCENARIOS = (
    "questionnaire-submission/returned-once",
    "questionnaire-submission/review-overdue",
    "citizen-appeal/extended-signed-by-substitute",
    "citizen-appeal/forwarded-to-competent-body",
)
"""every construct once: a return, an overdue step, an extension, a substitute, a forwarding"""
CHEAP_ROUNDS = 1000


def say(line: object) -> None:
    """A line on stdout, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def play(home: Path) -> int:
    """Play the tour in `home`, telling into tour.log beside it; the exit status of `karguzar tour`."""
    pkcs12.KDF_ROUNDS = CHEAP_ROUNDS
    with (home.parent / "tour.log").open("a", encoding="utf-8") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        whole = run_tour(Settings(home=home), out=None, tell=say, only=SCENARIOS)
    return 0 if whole else 1


def main() -> None:
    """Fork and wait, once a line."""
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            status = 1
            try:
                status = play(Path(json.loads(line)))
            finally:
                os._exit(status)
        say(process)
        _, ended = os.waitpid(process, 0)
        say(os.waitstatus_to_exitcode(ended))


if __name__ == "__main__":
    main()
