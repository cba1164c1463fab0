"""Judging files of strangers in killable child processes: whatever a file does, there is a verdict, within caps.

Documents this office made itself are judged in the process that asks: they are many, and nobody else wrote them.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from processes.children import Child, ChildGone, ChildPool, ChildrenBusy, ChildTooSlow
from signing.validation import TrustStore, ValidationReport, from_details, limit_exceeded, verify_files

SECONDS = 30.0
"""what judging one file may take"""
WORN = 400 * 1024
"""KiB of peak memory after which a child is replaced"""
_WORKER = Path(__file__).parent / "validation_worker.py"
_PRODUCT = Path(__file__).parents[1]


class Validator:
    """Judges files, each within a time and a memory of its own; safe to use from several threads."""

    def __init__(self, *, workers: int = 1, seconds: float = SECONDS) -> None:
        arguments = (str(_WORKER), str(_PRODUCT))
        self.seconds = seconds
        self.children = ChildPool(lambda: Child(arguments, {}), workers=workers, timeout=seconds, most_memory=WORN)

    def validate(self, pdf: bytes, trust: TrustStore, *, at: datetime, file: str = "") -> ValidationReport:
        """As `signing.validation.validate`; a file that takes too long or too much is INDETERMINATE."""
        return self._judged(pdf, trust, at, {"file": file, "any": False})

    def validate_any(
        self, content: bytes, trust: TrustStore, *, at: datetime, media_type: str = ""
    ) -> ValidationReport:
        """The same for files of any kind, as `signing.any_file.validate_any`."""
        return self._judged(content, trust, at, {"file": "", "any": True, "media_type": media_type})

    def validate_apart(self, cms: bytes, signed: bytes, trust: TrustStore, *, at: datetime) -> ValidationReport:
        """The same for a CMS and the file beside it, as `signing.any_file.validate_apart`."""
        return self._judged(cms + signed, trust, at, {"file": "", "apart": len(cms)})

    def _judged(self, pdf: bytes, trust: TrustStore, at: datetime, what: Mapping[str, Any]) -> ValidationReport:
        file = str(what["file"])
        question = {
            "at": at.isoformat(),
            **what,
            "seconds": self.seconds,
            "anchors": _texts(trust.anchors),
            "intermediates": _texts(trust.intermediates),
            "crls": _texts(trust.crls),
            "grace": trust.grace.total_seconds(),
            "services": [one.as_json() for one in trust.services],
        }
        try:
            answer, _ = self.children.ask(json.dumps(question).encode(), pdf)
        except ChildTooSlow:
            failed = limit_exceeded(f"judging this file takes longer than {self.seconds:g} seconds", file=file)
        except ChildGone:
            failed = limit_exceeded("the process that judged this file died of it", file=file)
        except ChildrenBusy:
            failed = limit_exceeded("too many files are being judged; try again in a moment", file=file)
        else:
            return from_details(answer["report"])
        return replace(failed, at=at, bytes=len(pdf))

    def verify_files(self, paths: Sequence[Path], trust: Path | None, at: datetime) -> list[ValidationReport]:
        """What `karguzar verify` prints; see `signing.validation.verify_files`."""
        return verify_files(paths, trust, at, self.validate)

    def close(self) -> None:
        """End the children."""
        self.children.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _texts(ders: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode("ascii") for one in ders]
