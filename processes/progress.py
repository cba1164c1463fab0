"""How far long work of the command line is: as words for a terminal, as JSON lines for scripts."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """So much is done of what there is."""

    done: int
    total: int | None = None
    """None: nobody knows before the end"""
    unit: str = "documents"
    stage: str = ""
    note: str = ""

    def __str__(self) -> str:
        amount = f"{self.done} of {self.total} {self.unit}" if self.total is not None else f"{self.done} {self.unit} …"
        said = f"{self.stage}: {amount}" if self.stage else amount
        return f"{said}, {self.note}" if self.note else said


Tell = Callable[[Progress], None]
Expect = Callable[[int], None]
"""is called once, when it is known how many there are"""


EVERY_SECONDS = 1.0
"""how often a command says how far it is"""


def nobody_waits(_total: int) -> None:
    """An Expect for those who do not ask."""


def silent(_now: Progress) -> None:
    """A Tell for those who do not ask."""


class Pace:
    """Tells at once what begins or ends, and in between once a second."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._told_at = 0.0

    def told(self, now: Progress) -> None:
        """Pass it on, if it is time."""
        if now.done in {0, now.total} or monotonic() - self._told_at >= EVERY_SECONDS:
            self._told_at = monotonic()
            self._tell(now)


class Counted:
    """Counts what is done, document by document."""

    def __init__(self, tell: Tell, *, stage: str) -> None:
        self._pace = Pace(tell)
        self._stage = stage
        self._total: int | None = None
        self._done = self._refused = 0

    def expect(self, total: int) -> None:
        """So many there will be."""
        self._total = total
        self._say()

    def one(self, *, refused: bool) -> None:
        """One more is done."""
        self._done += 1
        self._refused += refused
        self._say()

    def _say(self) -> None:
        note = f"{self._refused} refused" if self._refused else ""
        self._pace.told(Progress(done=self._done, total=self._total, stage=self._stage, note=note))
