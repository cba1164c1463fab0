"""PREMIS 3: each document as an object with its digest, its chain of custody as events, whoever acted as agents."""

from collections.abc import Sequence
from typing import Any

from archive.custody import CustodyEvent
from archive.packages.package import Added, PackageInfo
from archive.packages.xml import XSI, element, root_of, written

PREMIS = "http://www.loc.gov/premis/v3"
SCHEMA = f"{PREMIS} https://www.loc.gov/standards/premis/premis.xsd"
EVENTS = {
    "accessioned": "ingestion",
    "imported": "ingestion",
    "validated": "validation",
    "fixity": "fixity check",
    "revised": "modification",
    "exported": "dissemination",
    "viewed": "access",
}
"""custody events → terms of the PREMIS vocabulary of events; others keep the archive's own"""


def written_events(added: Sequence[Added], info: PackageInfo) -> bytes:
    """Objects first, then events, then agents, as the schema has them."""
    root = root_of(
        PREMIS, "premis", {"version": "3.0", f"{{{XSI}}}schemaLocation": SCHEMA}, {"premis": PREMIS, "xsi": XSI}
    )
    for each in added:
        _object(root, each)
    actors: dict[str, None] = {}
    for each in added:
        for event in each.packaged.custody:
            _event(root, each, event)
            actors.setdefault(event.actor)
    for actor in actors:
        _agent(root, actor, "organization" if actor == info.organisation else "person or software")
    return written(root)


def _object(root: Any, added: Added) -> None:
    document = added.packaged.document
    node = element(root, "object")
    node.set(f"{{{XSI}}}type", "premis:file")
    _identifier(node, "object", "UUID", str(document.id))
    _identifier(node, "object", "local", document.number)
    facts = element(node, "objectCharacteristics")
    fixity = element(facts, "fixity")
    element(fixity, "messageDigestAlgorithm", "SHA-256")
    element(fixity, "messageDigest", document.sha256)
    element(facts, "size", str(document.bytes))
    named = element(element(facts, "format"), "formatDesignation")
    element(named, "formatName", document.media_type)
    element(node, "originalName", added.file.name)


def _event(root: Any, added: Added, event: CustodyEvent) -> None:
    node = element(root, "event")
    _identifier(node, "event", "local", f"{event.document_id}/{event.seq}")
    element(node, "eventType", EVENTS.get(event.event, event.event))
    element(node, "eventDateTime", event.at.isoformat())
    # the chain itself, link by link, is in the description beside this file
    detail = f"{event.event}; chain {event.previous[:16]}… → {event.sha256}"
    element(element(node, "eventDetailInformation"), "eventDetail", detail)
    linked = element(node, "linkingAgentIdentifier")
    element(linked, "linkingAgentIdentifierType", "local")
    element(linked, "linkingAgentIdentifierValue", event.actor)
    linked = element(node, "linkingObjectIdentifier")
    element(linked, "linkingObjectIdentifierType", "UUID")
    element(linked, "linkingObjectIdentifierValue", str(added.packaged.document.id))


def _agent(root: Any, actor: str, kind: str) -> None:
    node = element(root, "agent")
    _identifier(node, "agent", "local", actor)
    element(node, "agentName", actor)
    element(node, "agentType", kind)


def _identifier(parent: Any, what: str, kind: str, value: str) -> None:
    node = element(parent, f"{what}Identifier")
    element(node, f"{what}IdentifierType", kind)
    element(node, f"{what}IdentifierValue", value)
