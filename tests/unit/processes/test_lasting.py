"""What a lasting process has loaded is not looked through for garbage again; what it makes later still is."""

import subprocess
import sys

PROBE = """
import gc, weakref
from processes.lasting import THRESHOLDS, keep_for_good

class Ring:
    pass

def ring():
    one = Ring()
    one.itself = one
    return weakref.ref(one)

before = ring()
keep_for_good()
assert before() is None
assert gc.get_freeze_count() > 1000
assert gc.get_threshold() == THRESHOLDS
later = ring()
gc.collect()
assert later() is None
"""


def test_what_is_there_stays_and_later_garbage_goes() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
