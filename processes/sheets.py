"""An office's own papers outside any case, such as an order or a calendar sheet: numbered, signed, archived."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from archive.blobs import BlobRef
from archive.service import Accession
from processes.documents import OfficeDocument
from processes.errors import AttemptExpired
from processes.numbers import annul_unsigned, use_drawn
from processes.office import Office
from processes.organisation import Body
from processes.signing_room import level_at_once
from processes.unit_of_work import UnitOfWork
from signing.keys import SigningKey
from signing.request import SignatureRequest

UNSIGNED = "the sheet was not signed"
"""the ground on which a sheet's number is annulled"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A paper whose number is drawn and whose signer's key is open."""

    id: UUID
    """its number was drawn for it"""
    owner: Body
    paper: OfficeDocument
    key: SigningKey
    field: str
    serial: str
    """of the signer's certificate"""
    text: str
    """what a search finds it by"""
    access_level: str = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSheet:
    """A sheet whose signed bytes are kept, though no row names them yet."""

    sheet: Sheet
    blob: BlobRef
    level: str


def sheet_record(owner: Body, identity: UUID, *, kind: str, number: str, title: str) -> dict[str, Any]:
    """What the step.json of every sheet begins with; nothing comes before a sheet, so `previous` is empty."""
    return {
        "karguzar": f"{kind}/1",
        "document": str(identity),
        "number": number,
        "title": title,
        "body": {"id": str(owner.id), "code": owner.code, "title": owner.named(), "language": owner.language},
        "previous": [],
    }


def sign_sheet(office: Office, sheet: Sheet) -> SignedSheet:
    """Render, sign and keep the bytes; no transaction is open meanwhile.

    :raises NotSignable: the certificate or its key; `rule` says which
    """
    paper, signer = sheet.paper, sheet.paper.signer
    signed = office.signing.sign(
        SignatureRequest(
            pdf=office.signing.allot_fields(office.renderer.render(paper).pdf, [sheet.field]),
            field=sheet.field,
            certificate=sheet.key.certificate,
            chain=sheet.key.chain,
            level=level_at_once(office.settings),
            claimed_at=office.clock(),
            name=signer.name,
            reason=f"{paper.title} № {paper.number}",
            location=None if signer.sealed else sheet.owner.named(),
            certify=True,
        ),
        sheet.key,
    )
    return SignedSheet(sheet=sheet, blob=office.blobs.put(signed.pdf), level=str(signed.level))


def archive_sheet(office: Office, uow: UnitOfWork, signed: SignedSheet, *, actor: str) -> None:
    """Take a signed sheet into the archive, its number into use, and have it validated.

    :raises AttemptExpired: signing took so long that the number has been annulled
    """
    sheet, paper, signer = signed.sheet, signed.sheet.paper, signed.sheet.paper.signer
    if not use_drawn(uow, sheet.id):
        raise AttemptExpired
    uow.archive.accession(
        Accession(
            id=sheet.id,
            case_id=None,
            owner=str(sheet.owner.id),
            number=paper.number,
            type=paper.kind,
            title=paper.title,
            language=paper.language,
            media_type="application/pdf",
            status="in effect",
            level=signed.level,
            access_level=sheet.access_level,
            access_flags=(),
            retention_class=None,
            signed_at=uow.now,
            dated_on=paper.date,
            signers=({"name": signer.name, "capacity": signer.capacity, "serial": sheet.serial},),
            properties={},
            text=sheet.text,
            blob=signed.blob,
        ),
        actor=actor,
    )
    office.enqueue(uow.session, "validate_document", (str(sheet.id),), f"validate:{sheet.id}")


def annul_unsigned_sheets(office: Office) -> int:
    """Annul the numbers of sheets that were drawn but never signed, after a crash for instance; how many."""
    with office.unit_of_work() as uow:
        before = uow.now - timedelta(minutes=office.settings.attempt_minutes)
        annulled = annul_unsigned(uow, before=before, ground=UNSIGNED)
        uow.commit()
    return annulled
