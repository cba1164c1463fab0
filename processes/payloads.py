"""What people wrote, kept apart from every chain, so that it can be erased with the chain intact."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from processes.chains import new_salt, salted_digest
from processes.tables import PayloadRow
from processes.unit_of_work import UnitOfWork


def store_payload(uow: UnitOfWork, body: Mapping[str, Any], *, case_id: UUID | None) -> tuple[UUID, str]:
    """Keep `body`; its id and the salted digest that chains may hold."""
    identity, salt = uuid4(), new_salt()
    digest = salted_digest(salt, body)
    uow.insert(PayloadRow, id=identity, case_id=case_id, salt=salt, body=dict(body), digest=digest, created_at=uow.now)
    return identity, digest


def read_payload(uow: UnitOfWork, payload_id: UUID) -> dict[str, Any] | None:
    """What was kept; None once it has been erased."""
    return uow.session.scalar(sa.select(PayloadRow.body).where(PayloadRow.id == payload_id))


def erase_payload(uow: UnitOfWork, payload_id: UUID, *, ground: str, actor: str) -> None:
    """Delete the content and its salt for good; the digest and the ground stay."""
    uow.update(PayloadRow, {"id": payload_id}, body=None, salt=None, erased_at=uow.now, erased_ground=ground)
    uow.audit.record("payload:content:erase", actor=actor, subject=str(payload_id), details={"ground": ground})
