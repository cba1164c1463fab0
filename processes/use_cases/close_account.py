"""Close and reopen a person's account, and draw a new password for one who has lost it."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from processes.authorization import ADMINISTRATOR, require_administrator
from processes.errors import EntryRefused
from processes.mandates import holders
from processes.office import Office
from processes.organisation import person
from processes.passwords import HASHER, SHORTEST, draw_word
from processes.tables import MandateRow, PersonRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.return_lost_work import return_lost_work


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose account, and who changes it."""

    by: UUID | None
    """None: at the command line"""
    person_id: UUID


def close_account(office: Office, request: Account) -> None:
    """End every session; nobody signs in any more. What the person signed stays as it is.

    :raises NotPermitted: no administrator of the person's body
    :raises EntryRefused: nobody else could administer a body then
    """
    with office.unit_of_work() as uow:
        actor = _administrator(uow, request)
        for body_id in _administered(uow, request.person_id):
            require_another_administrator(uow, request.person_id, body_id)
        _change(uow, request.person_id, active=False)
        uow.audit.record("person:account:close", actor=actor, subject=str(request.person_id))
        uow.commit()
    return_lost_work(office, request.person_id)


def reopen_account(office: Office, request: Account) -> None:
    """Let the person sign in again, with the password there was.

    :raises NotPermitted: no administrator of the person's body
    """
    with office.unit_of_work() as uow:
        actor = _administrator(uow, request)
        _change(uow, request.person_id, active=True)
        uow.audit.record("person:account:reopen", actor=actor, subject=str(request.person_id))
        uow.commit()


def reset_password(office: Office, request: Account) -> str:
    """A new password, shown once; every session ends. The key's PIN is another thing and stays.

    :raises NotPermitted: no administrator of the person's body
    """
    password = draw_word(SHORTEST)
    hashed = HASHER.hash(password)
    with office.unit_of_work() as uow:
        actor = _administrator(uow, request)
        _change(uow, request.person_id, password_hash=hashed)
        uow.audit.record("person:password:reset", actor=actor, subject=str(request.person_id))
        uow.commit()
    return password


def require_another_administrator(uow: UnitOfWork, person_id: UUID, body_id: UUID) -> None:
    """Nobody may lock the office's last administrator out.

    :raises EntryRefused: there is no other
    """
    others = (
        mandate.holder_id
        for mandate in holders(uow.session, ADMINISTRATOR, body_id, uow.now)
        if mandate.holder_id != person_id
    )
    if not any(person(uow.session, other).active for other in others):
        raise EntryRefused("person", "last-administrator")


def _administered(uow: UnitOfWork, person_id: UUID) -> set[UUID]:
    rows = uow.session.execute(
        sa.select(MandateRow.body_id).where(
            MandateRow.holder_id == person_id, MandateRow.role == ADMINISTRATOR, MandateRow.revoked_at.is_(None)
        )
    )
    return set(rows.scalars())


def _administrator(uow: UnitOfWork, request: Account) -> str:
    owner = person(uow.session, request.person_id).body_id
    return require_administrator(uow.session, request.by, uow.now, body_id=owner)


def _change(uow: UnitOfWork, person_id: UUID, **values: object) -> None:
    uow.update(PersonRow, {"id": person_id}, session_epoch=PersonRow.session_epoch + 1, **values)
