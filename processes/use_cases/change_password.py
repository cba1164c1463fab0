"""Change one's own password."""

from dataclasses import dataclass, field
from uuid import UUID

from argon2.exceptions import InvalidHashError, VerificationError

from processes.errors import EntryRefused
from processes.office import Office
from processes.organisation import Person, person
from processes.passwords import HASHER, require_password
from processes.tables import PersonRow
from processes.use_cases.sign_in import count_try, require_few_tries


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """The old password, to be sure who asks, and the new one."""

    by: UUID
    old: str = field(repr=False)
    new: str = field(repr=False)
    address: str


def change_password(office: Office, request: ChangePassword) -> Person:
    """Change it, and end every other session; the person with the new session epoch.

    :raises EntryRefused: the old one is wrong (counted as a try to sign in), or the new one too short or too easy
    :raises TooManyAttempts: too many wrong ones
    """
    with office.reading() as uow:
        known = person(uow.session, request.by)
        require_few_tries(uow, known.login, request.address)
        stored = uow.session.get_one(PersonRow, request.by).password_hash
    fits = _fits(stored, request.old)
    if fits:
        require_password(request.new, known.login)
    hashed = HASHER.hash(request.new) if fits else ""
    with office.unit_of_work() as uow:
        count_try(uow, known.login, request.address, succeeded=fits)
        if fits:
            uow.update(PersonRow, {"id": request.by}, password_hash=hashed, session_epoch=PersonRow.session_epoch + 1)
        action = "person:password:change" if fits else "person:password:refuse"
        uow.audit.record(action, actor=str(request.by), subject=str(request.by))
        uow.commit()
    if not fits:
        raise EntryRefused("old", "wrong")
    with office.reading() as uow:
        return person(uow.session, request.by)


def _fits(stored: str | None, password: str) -> bool:
    try:
        return stored is not None and HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
