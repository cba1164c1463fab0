"""What stands on an office document, as plain data. Nothing here knows typst."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

KINDS = (
    "step",
    "receipt",
    "notice",
    "extract",
    "answer",
    "appointment",
    "resolution",
    "calendar",
    "manifest",
    "inventory",
    "destruction_act",
    "transfer_act",
)
"""step: what an officer decided; receipt: what arrived; notice and answer: letters; extract: an entry of a register;
appointment: who may act for a body; resolution: the head's order (az: dərkənar); calendar: days that
work or not by decree; manifest: the dossier of a case; inventory: a list of the archive, unsigned; destruction_act and
transfer_act: what became of documents whose time was over"""

LANGUAGES = ("az", "kk", "ru", "en")

Row = tuple[str, str]
"""a label and its value"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSection:
    """A titled group of rows."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTable:
    """A table with a header; as wide as the page."""

    title: str
    header: tuple[str, ...]
    widths: tuple[int, ...]
    """of the columns, as shares"""
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRemark:
    """A reviewer's remark on one field."""

    field: str
    """the field's label, as the reader knows it"""
    text: str
    author: str = ""
    round: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerBlock:
    """Who answers for the document: a person in a capacity, or a body by its e-seal."""

    name: str
    capacity: str = ""
    acts_for: str = ""
    """whom a substitute stands for; empty for one who acts in an own right"""
    ground: str = ""
    """the act that gives the capacity, with number and date"""
    certificate: str = ""
    """the serial number and issuer of the certificate"""
    sealed: bool = False
    """True: the body's e-seal, no person's signature"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """A file that belongs to the document, known by its digest."""

    name: str
    sha256: str
    bytes: int
    type: str
    """media type"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEntry:
    """A document of the case as the dossier manifest lists it; `bytes` and `sha256` are those of the named revision."""

    number: str
    title: str
    sha256: str
    bytes: int
    signer: str
    time: str
    """the acceptance, in the body's local time, as it is to be read"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """An event of the case's history as the manifest shows it."""

    time: str
    event: str
    """a kind of the engine's history, such as `element.completed`, or words"""
    element: str
    actor: str = ""
    digest: str = ""
    """the head of the case's hash chain after this event; the page shows its first 16 digits"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeDocument:
    """A document of a body: everything a template may show, and the `step.json` that is embedded in it."""

    kind: str
    language: str
    """the office's language: az, kk, ru or en; labels are in it"""
    body: str
    number: str
    title: str
    date: date
    """the day in the body's time zone"""
    signer: SignerBlock
    step: Mapping[str, Any]
    """embedded as step.json in canonical form; an empty mapping embeds nothing"""
    summary: str = ""
    decision: str = ""
    addressee: str = ""
    """of a letter: to whom, a line each"""
    text: str = ""
    """running text; an empty line separates paragraphs"""
    sections: tuple[DocumentSection, ...] = ()
    tables: tuple[DocumentTable, ...] = ()
    remarks: tuple[DocumentRemark, ...] = ()
    attachments: tuple[AttachedFile, ...] = ()
    entries: tuple[ManifestEntry, ...] = ()
    """of a manifest: every document of the case"""
    history: tuple[HistoryLine, ...] = ()
    """of a manifest: the case's history"""
    note: str = ""
    """a last remark in small type, above the signature"""
    verify_code: str = ""
    verify_url: str = ""
    """the public verify page; no QR code without it"""
    without_effect: str = ""
    """why the document has no effect; it is stamped on every page. Empty: it is in effect"""

    def __post_init__(self) -> None:
        """Refuse a kind or language that no template knows."""
        if self.kind not in KINDS or self.language not in LANGUAGES:
            raise ValueError(f"no documents of kind {self.kind!r} in the language {self.language!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedDocument:
    """A PDF/A-3b + UA-1, not yet signed."""

    pdf: bytes
    replaced: tuple[str, ...] = field(default=())
    """code points shown as ⟨U+1F600⟩ because the type has no glyph for them, or because they would be invisible"""
