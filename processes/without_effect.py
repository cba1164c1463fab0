"""A document that was signed when its step was over already: proof of what was signed, and without effect."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from archive.blobs import BlobRef
from archive.service import Accession
from processes.office import Office
from processes.organisation import body
from processes.tables import SigningAttemptRow


def keep_without_effect(
    office: Office, attempt: SigningAttemptRow, *, signer: Mapping[str, Any], level: str, blob: BlobRef
) -> None:
    """Take it into the archive, marked so; sent twice it is kept once."""
    record: Mapping[str, Any] = attempt.step or {}
    with office.unit_of_work() as uow:
        uow.engine.lock(attempt.case_id)
        if uow.archive.exists(attempt.id):
            return  # sent twice, kept once
        uow.session.execute(
            sa.update(SigningAttemptRow)
            .where(SigningAttemptRow.id == attempt.id, SigningAttemptRow.state == "prepared")
            .values(state="abandoned", pdf=None, prepared=None, ended_at=uow.now, ended_reason="overtaken")
        )
        uow.archive.accession(
            Accession(
                id=attempt.id,
                case_id=attempt.case_id,
                owner=record["body"]["id"],
                number=f"{record['number']} ({attempt.attempt})",
                type="without_effect",
                title=record["title"],
                language=record["body"]["language"],
                media_type="application/pdf",
                status="without effect",
                level=level,
                access_level="official_use",
                access_flags=(),
                retention_class=None,
                signed_at=uow.now,
                dated_on=body(uow.session, UUID(record["body"]["id"])).local(uow.now).date(),
                signers=(signer,),
                properties={"reason": "the step was done or interrupted before this signature arrived"},
                text=record["title"],
                blob=blob,
            ),
            actor=str(attempt.person_id),
        )
        office.enqueue(uow.session, "validate_document", (str(attempt.id),), f"validate:{attempt.id}")
        uow.commit()
