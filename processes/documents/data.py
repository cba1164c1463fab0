"""From an OfficeDocument to the JSON a template reads, every text of it printable."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from processes.documents.glyphs import code_point, printable
from processes.documents.labels import event_words, labels
from processes.documents.model import (
    AttachedFile,
    DocumentRemark,
    DocumentTable,
    HistoryLine,
    ManifestEntry,
    OfficeDocument,
)

_UNTITLED = "—"
"""PDF/UA wants a heading that says something"""


def template_data(document: OfficeDocument) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What a template sees, and the code points that were replaced in it."""
    words = labels(document.language)
    replaced: set[str] = set()
    data = _printable(_texts(document, words), replaced)
    data["signer"]["sealed"] = document.signer.sealed
    data |= {
        "kind": document.kind,
        "lang": document.language,
        "date": date_parts(document.date),
        "label": words,
        "has_step": bool(document.step),
        "has_signer": bool(document.signer.name),
        "widths": [list(table.widths) for table in document.tables],
        "has_qr": bool(document.verify_url),
        "replaced": bool(replaced),
    }
    return data, tuple(code_point(character) for character in sorted(replaced))


def _texts(document: OfficeDocument, words: Mapping[str, str]) -> dict[str, Any]:
    """Everything that somebody wrote, in the shape templates read."""
    names = ("body", "number", "summary", "decision", "addressee", "verify_code", "without_effect")
    signer = ("name", "capacity", "acts_for", "ground", "certificate")
    return {name: getattr(document, name) for name in names} | {
        "text": [paragraph for paragraph in _paragraphs(document.text) if paragraph.strip()],
        "title": document.title.strip() or _UNTITLED,
        "sections": [{"title": s.title.strip(), "rows": [list(row) for row in s.rows]} for s in document.sections],
        "tables": [_table(table) for table in document.tables],
        "remarks": [_remark(remark, words) for remark in document.remarks],
        "attachments": [_attachment(file, words) for file in document.attachments],
        "entries": [_entry(entry, words) for entry in document.entries],
        "history": [_event(line, document.language) for line in document.history],
        "note": document.note or (words["unsigned_by_applicant"] if document.kind == "receipt" else ""),
        "signer": {name: getattr(document.signer, name) for name in signer},
    }


def date_parts(day: date) -> dict[str, Any]:
    """A day as a template needs it; the text is the form all four languages read: 19.03.2026."""
    return {"year": day.year, "month": day.month, "day": day.day, "text": f"{day.day:02}.{day.month:02}.{day.year:04}"}


def byte_count(count: int, words: Mapping[str, str]) -> str:
    """`20 480 bytes` in the document's language."""
    return words["bytes"].format(n=f"{count:,}".replace(",", "\N{NO-BREAK SPACE}"))


def _paragraphs(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n")


def _table(table: DocumentTable) -> dict[str, Any]:
    return {"title": table.title, "header": list(table.header), "rows": [list(row) for row in table.rows]}


def _remark(remark: DocumentRemark, words: Mapping[str, str]) -> dict[str, str]:
    about = words["round"].format(n=remark.round)
    return {
        "field": remark.field,
        "text": remark.text,
        "about": f"{remark.author} · {about}" if remark.author else about,
    }


def _attachment(file: AttachedFile, words: Mapping[str, str]) -> dict[str, str]:
    return {"name": file.name, "sha256": file.sha256, "type": file.type, "size": byte_count(file.bytes, words)}


def _entry(entry: ManifestEntry, words: Mapping[str, str]) -> dict[str, str]:
    named = {name: getattr(entry, name) for name in ("number", "title", "sha256", "signer", "time")}
    return named | {"size": byte_count(entry.bytes, words)}


def _event(line: HistoryLine, language: str) -> dict[str, str]:
    named = {name: getattr(line, name) for name in ("time", "element", "actor")}
    digest = f"{line.digest[:16]}…" if line.digest else ""
    return named | {"event": event_words(line.event, language), "digest": digest}


def _printable(value: Any, replaced: set[str]) -> Any:
    """`value` with every text in it made printable; what was replaced is added to `replaced`."""
    if isinstance(value, str):
        text, foreign = printable(value)
        replaced |= foreign
        return text
    if isinstance(value, list):
        return [_printable(item, replaced) for item in value]
    return {name: _printable(item, replaced) for name, item in value.items()}
