"""An officer's telephone, in a folder: the served office asks there, and the test answers for the officer."""

import base64
import json
from pathlib import Path

from signing.keys.later import Declined, Given, Question, Ticket, Waiting


class Telephone:
    """A provider of karguzar.toml."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._folder.mkdir(exist_ok=True)

    def start(self, question: Question) -> Ticket:
        reference = f"question-{len(list(self._folder.glob('*.asked')))}"
        asked = {"title": question.title, "to_be_signed": base64.b64encode(question.to_be_signed).decode()}
        (self._folder / f"{reference}.asked").write_text(json.dumps(asked), encoding="utf-8")
        return Ticket(reference=reference, code="4711")

    def poll(self, reference: str) -> Waiting | Given | Declined:
        answer = self._folder / f"{reference}.answer"
        if not answer.exists():
            return Waiting()
        content = answer.read_bytes()
        return Given(value=content) if content else Declined(reason="pressed no")

    def cancel(self, reference: str) -> None:
        (self._folder / f"{reference}.cancelled").touch()


def asked(folder: Path) -> list[Path]:
    """The questions so far, oldest first."""
    return sorted(folder.glob("*.asked"), key=lambda one: one.stat().st_mtime_ns)


def to_be_signed(question: Path) -> bytes:
    return base64.b64decode(json.loads(question.read_text(encoding="utf-8"))["to_be_signed"])


def answer(question: Path, value: bytes) -> None:
    """The officer's; nothing: they pressed no."""
    whole = question.with_suffix(".part")
    whole.write_bytes(value)
    whole.rename(question.with_suffix(".answer"))
