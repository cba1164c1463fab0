"""The clock that stops what takes too long, wherever its alarm rings."""

import gc
import signal

import pytest

from processes.limits import AGAIN, TookTooLong, time_limit


def wait_for_the_alarm() -> None:
    """Ring now: the handler runs before this function's next line."""
    signal.raise_signal(signal.SIGALRM)


def collected(phase: str, _info: dict[str, int]) -> None:
    if phase == "start":
        wait_for_the_alarm()


class Finalised:
    """Is told when it is thrown away, while the alarm rings."""

    def __del__(self) -> None:
        wait_for_the_alarm()


def test_an_alarm_within_a_callback_of_the_collector_is_not_swallowed_but_waits_for_the_next_ring():
    gc.callbacks.append(collected)
    try:
        with time_limit(60):
            gc.collect()
            the_next_ring_raises()
    finally:
        gc.callbacks.remove(collected)


def test_an_alarm_within_a_finaliser_is_not_swallowed_but_waits_for_the_next_ring():
    with time_limit(60):
        Finalised()
        the_next_ring_raises()


def the_next_ring_raises() -> None:
    left, again = signal.getitimer(signal.ITIMER_REAL)
    assert left > 0
    assert again == AGAIN
    with pytest.raises(TookTooLong):
        wait_for_the_alarm()


def test_an_alarm_anywhere_else_is_raised_at_once():
    with pytest.raises(TookTooLong), time_limit(60):
        wait_for_the_alarm()
