"""Taking text and tables out of strangers' files in a killable process: whatever a file does, the intake goes on."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from archive.errors import IngestRefused
from processes.children import Child, ChildGone, ChildPool, ChildTooSlow
from signing.report import SignatureReport

SECONDS = 20.0
"""what one file may take"""
WORN = 500 * 1024
"""KiB of peak memory after which a child is replaced"""
_WORKER = Path(__file__).parent / "extraction_worker.py"
_PRODUCT = Path(__file__).parents[1]


class TextUnreadable(Exception):
    """No text can be taken out of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfLayers:
    """What a PDF holds beside what its pages show."""

    leaked: Sequence[str]
    """removed words that its pages, description, outline or streams still have"""
    attachments: int
    annotations: int
    """without links"""
    older_states: int
    """to which later ones were only appended"""
    unread_pages: int
    """pages without text, such as scans"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackenedPages:
    """Pages as pictures with boxes over what was removed, and the words beside the boxes."""

    pages: Sequence[Mapping[str, Any]]
    """width, height, boxes, picture (a PNG in base 64) and words, as blackening.py says"""
    missing: Sequence[str]
    """words to be removed that no page has as text"""


class Extractor:
    """Reads files, each within a time and a memory of its own."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        arguments = (str(_WORKER), str(_PRODUCT))
        self.seconds = seconds
        self.children = ChildPool(lambda: Child(arguments, {}), workers=1, timeout=seconds, most_memory=WORN)

    def text(self, pdf: bytes) -> str:
        """The text of a PDF, empty for a scan. Raises TextUnreadable."""
        return str(self._asked("text", pdf)["text"])

    def layers(self, pdf: bytes, removed: Sequence[str]) -> PdfLayers:
        """Whether a PDF still holds removed words, and what no page shows. Raises TextUnreadable."""
        return PdfLayers(**self._asked("layers", pdf, removed=list(removed)))

    def blackened(self, pdf: bytes, removed: Sequence[str], areas: Sequence[Sequence[float]]) -> BlackenedPages:
        """The pages without these words and areas. Raises TextUnreadable."""
        return BlackenedPages(**self._asked("blackened", pdf, removed=list(removed), areas=[list(a) for a in areas]))

    def pictured(self, pdf: bytes, number: int) -> tuple[bytes, int]:
        """A page (from 1) as PNG, and how many there are. Raises TextUnreadable."""
        answer = self._asked("pictured", pdf, number=number)
        return base64.b64decode(answer["picture"]), int(answer["pages"])

    def names(self, signed: bytes, signatures: Sequence[SignatureReport], digest: str) -> bool:
        """Whether what these of its signatures are over names a SHA-256 (lower-case hex). Raises TextUnreadable."""
        told = [{"field": each.field, "covered_bytes": each.covered_bytes} for each in signatures]
        return bool(self._asked("named", signed, signatures=told, digest=digest)["named"])

    def names_whole(self, file: bytes, digest: str) -> bool:
        """The same of a file that is signed as a whole from beside it. Raises TextUnreadable."""
        return bool(self._asked("named", file, signatures=None, digest=digest)["named"])

    def rows(self, spreadsheet: bytes) -> list[list[str]]:
        """The cells of a spreadsheet's first sheet. Raises IngestRefused."""
        try:
            rows: list[list[str]] = self._asked("rows", spreadsheet)["rows"]
        except TextUnreadable as error:
            raise IngestRefused(file="spreadsheet", reason=str(error)) from error
        return rows

    def _asked(self, what: str, content: bytes, **more: Any) -> dict[str, Any]:
        question = {"what": what, "seconds": self.seconds, **more}
        try:
            answer, _ = self.children.ask(json.dumps(question).encode(), content)
        except ChildTooSlow:
            raise TextUnreadable(f"reading it takes longer than {self.seconds:g} seconds") from None
        except ChildGone:
            raise TextUnreadable("the process that read it died of it") from None
        if "refused" in answer:
            raise TextUnreadable(answer["refused"])
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.children.close()
