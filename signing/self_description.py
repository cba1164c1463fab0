"""What a document says of itself beside its pages: title, author, subject, and how its form is drawn.

Programs that append timestamps write their own name and the time into the metadata; what the document is called they
leave alone.
"""

from typing import Any

from lxml import etree
from pyhanko.pdf_utils.decode_limits import DecodePurpose

from signing.errors import DocumentUnusable
from signing.structure import entry

INFO = ("/Title", "/Author", "/Subject", "/Keywords")
"""of the information dictionary (ISO 32000-2, 14.3.3)"""
VOCABULARIES = (
    "http://purl.org/dc/elements/1.1/",
    "http://www.aiim.org/pdfa/ns/id/",
    "http://www.aiim.org/pdfua/ns/id/",
)
"""of XMP: Dublin Core, and the standards the document claims to keep"""


def retold(before: Any, now: Any) -> list[str]:
    """What a document was called before and is called otherwise now, or not any more, by name.

    :param before: and `now`, revisions of one file as pyHanko resolves them
    :raises DocumentUnusable: metadata that are no XML, which pyHanko does not let pass as a change either
    """
    told, later = _told(before), _told(now)
    return sorted(name for name, text in told.items() if later.get(name) != text)


def draws_fields_anew(revision: Any) -> bool:
    """/NeedAppearances: readers show what fields hold, not what was drawn when somebody signed."""
    return bool(entry(entry(revision.root, "/AcroForm"), "/NeedAppearances"))


def _told(revision: Any) -> dict[str, str]:
    info = entry(revision.trailer_view, "/Info") or {}
    told = {name: str(info[name]) for name in INFO if name in info}
    metadata = entry(revision.root, "/Metadata")
    return told if metadata is None else told | _in_xmp(metadata.read_data(DecodePurpose.XMP_METADATA))


def _in_xmp(data: bytes) -> dict[str, str]:
    """Texts by name; a property may be written as an element or as an attribute (ISO 16684-1, 7.9.2.2)."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8")
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentUnusable(f"metadata that are no XML: {error}") from error
    told: dict[str, str] = {}
    for element in root.iter(etree.Element):
        _tell(told, element.tag, "".join(map(str, element.itertext())))
        for name, value in element.attrib.items():
            _tell(told, str(name), str(value))
    return told


def _tell(told: dict[str, str], name: str, text: str) -> None:
    space, _, local = name.removeprefix("{").partition("}")
    if space in VOCABULARIES:
        told[local] = " ".join(text.split())
