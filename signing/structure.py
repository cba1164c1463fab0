"""What stands in a PDF: its signatures and timestamps in order, its attachments. Reads, judges nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing import reading
from signing.errors import DocumentUnusable

reading.install()

SIGNATURE_FORMATS = {"/ETSI.CAdES.detached", "/adbe.pkcs7.detached"}
TIMESTAMP_FORMAT = "/ETSI.RFC3161"
PADES_FORMAT = "/ETSI.CAdES.detached"
STATEMENT = "/KRGZ_Statement"
"""the signer's own words in the signature dictionary, under a name of this product's (ISO 32000-2, annex E)"""
MOST_SIGNATURES = 200
LARGEST_TREE = 2000
"""nodes of a name tree; one whose branches meet again would be walked for ever"""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A signature or a document timestamp in its field."""

    field: str
    embedded: Any
    """pyHanko's EmbeddedPdfSignature"""
    is_timestamp: bool
    pades: bool
    claimed_at: datetime | None

    @property
    def revision(self) -> int:
        """Number of the revision it was written in, from 0."""
        revision: int = self.embedded.signed_revision
        return revision


@dataclass(frozen=True, slots=True)
class Broken:
    """A filled signature field nobody can read."""

    field: str
    reason: str


def open_pdf(pdf: bytes) -> PdfFileReader:
    """A strict reader; pyHanko's limits against decompression bombs are on."""
    reader = PdfFileReader(BytesIO(pdf), strict=True)
    if reader.encrypted:
        raise DocumentUnusable("the document is encrypted")
    return reader


def stamps_of(reader: PdfFileReader) -> tuple[list[Stamp], list[Broken]]:
    """All signatures and timestamps, oldest first, and the unreadable ones: none is silently left out."""
    stamps: list[Stamp] = []
    broken: list[Broken] = []
    for number, (name, _, reference) in enumerate(enumerate_sig_fields(reader, filled_status=True)):
        if number >= MOST_SIGNATURES:
            raise DocumentUnusable(f"more than {MOST_SIGNATURES} signatures")
        try:
            stamps.append(_stamp(reader, name, reference))
        except Exception as error:  # noqa: BLE001 - pyHanko raises what it likes on foreign signatures; each is reported
            broken.append(Broken(name, f"{type(error).__name__}: {error}"))
    return sorted(stamps, key=lambda one: one.revision), broken


def attachments(reader: PdfFileReader, name: str) -> list[bytes]:
    """Every embedded file of this name in the document's name tree."""
    tree = entry(entry(reader.root, "/Names"), "/EmbeddedFiles")
    if tree is None:
        return []
    return [_file(specification) for specification in _leaves(tree) if _file_name(specification) == name]


def read_attachment(pdf: bytes, name: str) -> bytes | None:
    """The embedded file of this name; None if there is none.

    :raises DocumentUnusable: no readable PDF, or several files of this name
    """
    try:
        found = attachments(open_pdf(pdf), name)
    except DocumentUnusable:
        raise
    except Exception as error:
        raise DocumentUnusable(f"unreadable PDF: {error}") from error
    if len(found) > 1:
        raise DocumentUnusable(f"{len(found)} attachments are called {name}")
    return found[0] if found else None


def _stamp(reader: PdfFileReader, name: str, reference: Any) -> Stamp:
    embedded = EmbeddedPdfSignature(reader, reference, name)
    subfilter = str(embedded.sig_object["/SubFilter"])
    is_timestamp = str(embedded.sig_object_type) == "/DocTimeStamp"
    allowed = {TIMESTAMP_FORMAT} if is_timestamp else SIGNATURE_FORMATS
    if subfilter not in allowed:
        raise DocumentUnusable(f"signature format {subfilter} is not supported")
    claimed = embedded.self_reported_timestamp
    return Stamp(name, embedded, is_timestamp, subfilter == PADES_FORMAT, _aware(claimed))


def _aware(moment: datetime | None) -> datetime | None:
    """A time without a zone is read as UTC."""
    if moment is None:
        return None
    return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).astimezone(UTC)


def _leaves(root: Any) -> Iterator[Any]:
    """File specifications of a name tree (ISO 32000-1, 7.9.6)."""
    waiting, walked = [root], 0
    while waiting:
        node, walked = waiting.pop(), walked + 1
        if walked > LARGEST_TREE:
            raise DocumentUnusable("the name tree of the attachments has no end")
        kids, pairs = entry(node, "/Kids") or (), entry(node, "/Names") or ()
        waiting += [kids[index] for index in range(len(kids))]
        yield from (pairs[index] for index in range(1, len(pairs), 2))


def _file_name(specification: Any) -> str:
    return str(entry(specification, "/UF") or entry(specification, "/F") or "")


def _file(specification: Any) -> bytes:
    streams = specification["/EF"]
    data: bytes = (entry(streams, "/F") or streams["/UF"]).data
    return data


def entry(dictionary: Any, key: str) -> Any:
    """The entry, resolved, or None; pyHanko resolves references in `[]` only, not in `get` nor in iteration."""
    return dictionary[key] if dictionary is not None and key in dictionary else None
