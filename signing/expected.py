"""Whom a document expects to sign it: the list in its embedded step.json."""

import json
import unicodedata
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader

from signing.errors import DocumentUnusable
from signing.structure import attachments

STEP = "step.json"
NAMING = ("name", "common_name", "serial_number", "organization_identifier")
"""parts of a subject that may say who somebody is (asn1crypto's names)"""


def expected_signatures(reader: PdfFileReader) -> dict[str, str] | None:
    """Person (name or number, empty: anybody) by field; None without step.json, or without a list in it.

    :raises DocumentUnusable: several files of this name
    :raises ValueError: no JSON; also KeyError, TypeError, AttributeError for another shape
    """
    found = attachments(reader, STEP)
    if not found:
        return None
    if len(found) > 1:
        raise DocumentUnusable(f"{len(found)} attachments of this name")
    expected = json.loads(found[0]).get("expected_signatures")
    return None if expected is None else {str(one["field"]): str(one.get("person") or "") for one in expected}


def names_person(certificate: Any, person: str) -> bool:
    """The certificate was issued to this person or body, by name or by number."""
    subject: dict[str, Any] = certificate.subject.native
    return any(_folded(subject[kind]) == _folded(person) for kind in NAMING if isinstance(subject.get(kind), str))


def signer_name(certificate: Any) -> str:
    """The signer as a report calls them: the full name, else the common name, else the whole subject."""
    subject: dict[str, Any] = certificate.subject.native
    name = subject.get("name") or subject.get("common_name") or certificate.subject.human_friendly
    return ", ".join(name) if isinstance(name, list) else str(name)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
