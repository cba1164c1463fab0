"""One worker that does steps of whole cases for a while: `python -m benchmarks.engine.worker URL SECONDS`.

It prints a line when it is ready, starts at the line it then reads, and prints how many steps it has done.
"""

import sys
import time

from benchmarks.engine.house import House
from benchmarks.engine.model import FORM, GO_ON, STEPS


def main() -> None:
    """Ready, steady, go."""
    url, seconds = sys.argv[1], float(sys.argv[2])
    house = House(url)
    one_case(house)
    print("ready", flush=True)
    sys.stdin.readline()
    end, steps = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        steps += one_case(house)
    print(steps, flush=True)
    house.close()


def one_case(house: House) -> int:
    """A case from start to end; how many steps it took."""
    case = house.start()
    for step in STEPS:
        house.step(case, step, {**FORM, **GO_ON})
    return len(STEPS)


if __name__ == "__main__":
    main()
