"""Whom a document expects to sign it: the list in its embedded step.json, judged over all signatures together."""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader

from signing.errors import DocumentUnusable
from signing.report import Standing, StepFacts, StepLink
from signing.structure import STATEMENT, Stamp, attachments

STEP = "step.json"
NAMING = ("name", "common_name", "serial_number", "organization_identifier")
"""parts of a subject that may say who somebody is (asn1crypto's names)"""
SEAL = "e-seal"
"""the role of a body's seal, which answers for what the office has checked"""
MOST_LINKS = 5_000
"""earlier documents of one that are followed"""
LONGEST_NAME = 200
MAX_STATEMENT = 20_000
"""characters of a statement that is read"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedSignature:
    """One entry of `expected_signatures`."""

    field: str
    role: str
    person: str
    """name or number; empty: anybody of the role"""
    group: str
    """fields of one group stand beside each other; of them `needed` are to be signed. Empty: alone"""
    needed: int
    substitutes: tuple[str, ...]
    """who acted for the person by an order that was in force when the document was made"""


def expected_signatures(reader: PdfFileReader) -> dict[str, ExpectedSignature] | None:
    """What is expected by field; None without step.json, or without a list in it.

    :raises DocumentUnusable: several files of this name
    :raises ValueError: no JSON; also KeyError, TypeError, AttributeError for another shape
    """
    found = attachments(reader, STEP)
    if not found:
        return None
    if len(found) > 1:
        raise DocumentUnusable(f"{len(found)} attachments of this name")
    expected = json.loads(found[0]).get("expected_signatures")
    return None if expected is None else {str(one["field"]): _entry(one) for one in expected}


def step_facts(reader: PdfFileReader) -> StepFacts | None:
    """What step.json says of the document's place in its case; None where nothing can be read.

    What it says of itself is hostile input as anything else: lengths are capped, other shapes say nothing.
    """
    try:
        (found,) = attachments(reader, STEP)
        step = json.loads(found)
        facts = step.get("facts") or {}
        named = [*(step.get("previous") or ()), *(facts.get("documents") or ())]
        return StepFacts(
            document=_short(step["document"]),
            number=_short(step.get("number")),
            case=_short((step.get("case") or {}).get("id")),
            certificate=_short(step.get("certificate")).lower(),
            sole_control=_flag((step.get("key") or {}).get("sole_control")),
            links=tuple(_link(one) for one in named[:MOST_LINKS]),
        )
    except (DocumentUnusable, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _link(one: Mapping[str, Any]) -> StepLink:
    return StepLink(
        document=_short(one["document"]),
        number=_short(one.get("number")),
        sha256=_short(one["sha256"]).lower(),
        bytes=int(one["bytes"]),
    )


def _short(text: object) -> str:
    return str(text or "")[:LONGEST_NAME]


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _entry(one: Mapping[str, Any]) -> ExpectedSignature:
    return ExpectedSignature(
        field=str(one["field"]),
        role=str(one.get("role") or ""),
        person=str(one.get("person") or ""),
        group=str(one.get("group") or ""),
        needed=int(one.get("needed") or 1),
        substitutes=tuple(str(each) for each in one.get("substitutes") or ()),
    )


def awaited(expected: Mapping[str, ExpectedSignature], signed: Iterable[str]) -> Iterator[str]:
    """What a document still waits for, a sentence each; nothing when enough have signed."""
    there, groups = set(signed), dict[str, list[ExpectedSignature]]()
    for one in expected.values():
        groups.setdefault(one.group or f"field {one.field}", []).append(one)
    for entries in groups.values():
        open_ = [one for one in entries if one.field not in there]
        lacking = min(entries[0].needed, len(entries)) - (len(entries) - len(open_))
        if lacking <= 0:
            continue
        if lacking == len(open_):
            yield from (f"field {one.field} is not signed{_by(one)}" for one in open_)
        else:
            of = ", ".join(f"{one.field}{_by(one)}" for one in open_)
            yield f"{lacking} more of these {len(open_)} fields are to be signed: {of}"


def _by(one: ExpectedSignature) -> str:
    who = one.person or one.role
    return f" (waits for {who})" if who else ""


def objection(stamp: Stamp, expected: ExpectedSignature, *, sealed: bool) -> str:
    """Why the signer is not the one whose field this is; empty if all is well.

    :param sealed: the body's e-seal stands over this signature: it answers for a substitute's order
    """
    certificate = stamp.embedded.signer_cert
    if not expected.person or names_person(certificate, expected.person):
        return ""
    if any(names_person(certificate, one) for one in expected.substitutes):
        return ""
    who = f"{stamp.field}: {signer_name(certificate)} instead of {expected.person}"
    stated = standing_of(stamp)
    if stated is None or _folded(stated.acts_for) != _folded(expected.person) or not stated.ground:
        return who
    return "" if sealed else f"{who}, acting for them on the ground of {stated.ground}: no e-seal confirms it yet"


def standing_of(stamp: Stamp) -> Standing | None:
    """As what the signer signs, in words of their own that the signature covers; None: nothing readable is said."""
    said = _statement_of(stamp)
    return None if said is None else _standing(said)


def control_of(stamp: Stamp) -> bool | None:
    """Whether the signer alone controls the key, as their own statement says; None: it is not said."""
    key = (_statement_of(stamp) or {}).get("key")
    return _flag(key.get("sole_control")) if isinstance(key, dict) else None


def _statement_of(stamp: Stamp) -> dict[str, Any] | None:
    try:
        text = str(stamp.embedded.sig_object[STATEMENT])
        said = json.loads(text) if len(text) <= MAX_STATEMENT else None
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _standing(said: Mapping[str, Any]) -> Standing:
    texts = {name: said.get(name) or "" for name in ("capacity", "acts_for", "ground")}
    return Standing(**{name: text for name, text in texts.items() if isinstance(text, str)})


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
