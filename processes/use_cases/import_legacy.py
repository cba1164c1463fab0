"""Take a folder of old documents into a body's archive: as they are, with the metadata its table gives them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import uuid5

from archive.blobs import BlobRef, reference_to
from archive.ingest import LegacyEntry, MendedText, Refusal, mend, read_folder, read_text
from archive.service import Accession
from processes.attachments import MACROS, detect_type
from processes.authorization import COMMAND_LINE
from processes.errors import EntryRefused
from processes.extracting import Extractor, TextUnreadable
from processes.office import Office
from processes.organisation import Body, body_by_code
from processes.progress import Expect, nobody_waits
from processes.signed_documents import FOREIGN

BATCH = 100
"""documents of one transaction: what a kill costs at most, to be read again"""
NO_TEXT = MendedText(text="", mendings=())
LARGEST = 200 * 2**20
"""bytes of one document"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLegacy:
    """A folder with a table of its documents, for the body with this code."""

    folder: Path
    body: str
    dry_run: bool = False
    """only say what would be taken"""
    columns: Mapping[str, str] = field(default_factory=dict)
    """column → what the table calls it, where it is called as nobody could guess"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedLine:
    """What became of one line of the table."""

    line: int
    file: str
    state: str
    """taken, kept (it was there already), sound (in a dry run) or refused"""
    column: str = ""
    reason: str = ""
    mended: Mapping[str, int] = field(default_factory=dict)
    """lines of its text by the rule that mended them for the search; the file itself stays as it is"""
    note: str = ""
    """of a document that was taken: why the search finds it by its table only"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    """A line that can be taken; its bytes are in the store."""

    entry: LegacyEntry
    blob: BlobRef
    media_type: str
    text: str
    mended: Mapping[str, int]
    note: str

    def line(self, state: str) -> ImportedLine:
        line, file = self.entry.line, self.entry.file
        return ImportedLine(line=line, file=file, state=state, mended=self.mended, note=self.note)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Intake:
    """One run: for whom, what is known, what reads strangers' files."""

    office: Office
    owner: Body
    classes: frozenset[str]
    extractor: Extractor
    dry_run: bool


def import_legacy(office: Office, request: ImportLegacy, expect: Expect = nobody_waits) -> Iterator[ImportedLine]:
    """Take the documents in, line by line; begun again after a kill it goes on where it was.

    A document is the same when number and content are: it gets the same id and is kept, not taken twice.

    :raises EntryRefused: no body with that code
    :raises archive.errors.IngestRefused: the table cannot be used
    """
    with office.reading() as uow:
        owner = body_by_code(uow.session, request.body)
        if owner is None:
            raise EntryRefused("body", "unknown")
        classes = frozenset(each.code for each in uow.archive.retention_classes())
    totals: Counter[str] = Counter()
    with Extractor() as extractor:
        intake = _Intake(office=office, owner=owner, classes=classes, extractor=extractor, dry_run=request.dry_run)
        entries = read_folder(request.folder, extractor.rows, request.columns)
        expect(entries.total)
        while batch := list(islice(entries, BATCH)):
            read = [_read(intake, each) for each in batch]
            lines = list(_told(read)) if request.dry_run else _take_in(office, owner, read)
            totals.update(line.state for line in lines)
            yield from lines
    if not request.dry_run:
        _record(office, owner, totals)


def _read(intake: _Intake, entry: LegacyEntry | Refusal) -> _Document | Refusal:
    """The document with its bytes stored and what a search finds it by; or why not."""
    if isinstance(entry, Refusal):
        return entry
    if entry.retention_class is not None and entry.retention_class not in intake.classes:
        return entry.refused("retention", f"unknown: {', '.join(sorted(intake.classes))}")
    try:
        with entry.path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        return entry.refused("file", error.strerror or "not readable")
    if not 0 < len(content) <= LARGEST:
        return entry.refused("file", f"over {LARGEST // 2**20} MB" if content else "empty")
    media_type = detect_type(content)
    if media_type is None or media_type == MACROS:
        return entry.refused("file", "of no type that is taken" if media_type is None else "holds macros")
    mended, note = _text(intake.extractor, media_type, content)
    return _Document(
        entry=entry,
        blob=reference_to(content) if intake.dry_run else intake.office.blobs.put(content),
        media_type=media_type,
        text="\n".join((entry.title, *entry.others.values(), mended.text)).rstrip(),
        mended=dict(Counter(each.rule for each in mended.mendings)),
        note=note,
    )


def _text(extractor: Extractor, media_type: str, content: bytes) -> tuple[MendedText, str]:
    """What the document says, and why that is nothing where it should be something."""
    if media_type == "text/plain":
        return read_text(content), ""
    if media_type != "application/pdf":
        return NO_TEXT, ""
    try:
        return mend(extractor.text(content)), ""
    except TextUnreadable as error:
        return NO_TEXT, f"its text cannot be read: {error}"


def _told(read: list[_Document | Refusal]) -> Iterator[ImportedLine]:
    for each in read:
        yield _refused(each) if isinstance(each, Refusal) else each.line("sound")


def _take_in(office: Office, owner: Body, read: list[_Document | Refusal]) -> list[ImportedLine]:
    """The rows of a batch together; their blobs are there already."""
    documents = [each for each in read if not isinstance(each, Refusal)]
    accessions = [_accession(owner, each) for each in documents]
    with office.unit_of_work() as uow:
        # a line that says the same as an earlier one of its batch is the same document
        once = list({each.id: each for each in accessions}.values())
        new = uow.archive.accession_all(once, actor=COMMAND_LINE)
        for accession in once:
            if accession.id in new:
                job = f"validate:{accession.id}"
                office.enqueue(uow.session, "validate_document", (str(accession.id),), job)
        uow.commit()
    lines: list[ImportedLine] = []
    waiting = {*new}
    ids = iter(accession.id for accession in accessions)
    for each in read:
        if isinstance(each, Refusal):
            lines.append(_refused(each))
            continue
        document_id = next(ids)
        lines.append(each.line("taken" if document_id in waiting else "kept"))
        waiting.discard(document_id)
    return lines


def _refused(refusal: Refusal) -> ImportedLine:
    return ImportedLine(
        line=refusal.line, file=refusal.file, state="refused", column=refusal.column, reason=refusal.reason
    )


def _accession(owner: Body, document: _Document) -> Accession:
    entry = document.entry
    return Accession(
        id=uuid5(owner.id, f"legacy:{entry.number}:{document.blob.sha256}"),
        owner=str(owner.id),
        number=entry.number,
        type=entry.type,
        title=entry.title,
        blob=document.blob,
        language=entry.language or owner.language,
        media_type=document.media_type,
        access_level=entry.access_level,
        access_ground=entry.access_ground,
        retention_class=entry.retention_class,
        dated_on=entry.dated_on,
        signers=({"name": entry.signer, "capacity": None, "serial": None},) if entry.signer else (),
        properties={FOREIGN: {"file": entry.file, "mended": dict(document.mended), "columns": dict(entry.others)}},
        text=document.text,
    )


def _record(office: Office, owner: Body, totals: Mapping[str, int]) -> None:
    with office.unit_of_work() as uow:
        uow.audit.record("archive:import", actor=COMMAND_LINE, subject=str(owner.id), details=dict(totals))
        uow.commit()
