"""What keeps `karguzar lint` and `karguzar trace` from hanging on a file: a clock and a cap on what is read."""

import gc
import signal
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from processes.errors import ProcessesError

LINT_SECONDS = 60
"""what linting one file or package may take"""
TRACE_SECONDS = 60
"""what one trace may take"""
AGAIN = 1.0
"""seconds after which the alarm rings once more, should somebody have taken it for an error of the model, or
should it have rung where nothing can be raised"""


class TookTooLong(ProcessesError):
    """The time allowed has passed."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"stopped after {seconds} seconds: the model loops without end, or is too big")


class CannotBeRead(ProcessesError):
    """There is no such file, it may not be read, or it is none."""


def nothing_can_be_raised(frame: FrameType | None) -> bool:
    """Say whether the frame runs in a finaliser or a callback of the garbage collector: what those raise is lost."""
    callbacks = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    while frame is not None:
        if frame.f_code.co_name == "__del__" or frame.f_code in callbacks:
            return True
        frame = frame.f_back
    return False


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise TookTooLong within the block after so many seconds; only the main thread can be told."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, frame: FrameType | None) -> None:
        if not nothing_can_be_raised(frame):
            raise TookTooLong(seconds)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def read_capped(path: Path, most: int) -> bytes:
    """The bytes of a regular file, at most one more than `most`: enough to see that it is too big."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise CannotBeRead(f"{path}: this is not a file")
        with path.open("rb") as file:
            return file.read(most + 1)
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CannotBeRead(f"{path}: {told}") from error
