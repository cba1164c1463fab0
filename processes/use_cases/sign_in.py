"""Sign in with login and password; tries are counted in our own table, by login and by address."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from uuid import UUID, uuid4

import sqlalchemy as sa
from argon2.exceptions import InvalidHashError, VerificationError

from processes.errors import TooManyAttempts, WrongCredentials
from processes.forms import clean_text
from processes.office import Office
from processes.organisation import Person, person
from processes.passwords import HASHER
from processes.tables import LoginAttemptRow, PersonRow
from processes.unit_of_work import UnitOfWork

WINDOW = timedelta(minutes=15)
TRIES_PER_LOGIN = 5
TRIES_PER_ADDRESS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Somebody at the door."""

    login: str
    password: str
    address: str


def sign_in(office: Office, request: SignIn) -> Person:
    """The person, if login and password fit.

    :raises TooManyAttempts: with when to try again
    :raises WrongCredentials: one message for a wrong login and a wrong password
    """
    login = clean_text(request.login, one_line=True).lower()[:200]
    with office.reading() as uow:
        require_few_tries(uow, login, request.address)
        row = uow.session.execute(sa.select(PersonRow).where(PersonRow.login == login)).scalar()
    succeeded = _fits(row, request.password)
    with office.unit_of_work() as uow:
        count_try(uow, login, request.address, succeeded=succeeded)
        if row is not None:
            action = "person:session:open" if succeeded else "person:session:refuse"
            uow.audit.record(action, actor=str(row.id), subject=str(row.id))
        uow.commit()
    if row is None or not succeeded:
        raise WrongCredentials
    with office.reading() as uow:
        return person(uow.session, row.id)


@cache
def _nobody() -> str:
    """Verified when a login is unknown, so that the answer takes as long; made once, but not by every command."""
    return HASHER.hash("no such person")


def _fits(row: PersonRow | None, password: str) -> bool:
    try:
        HASHER.verify(row.password_hash if row and row.password_hash else _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return row is not None and row.active and row.password_hash is not None


def count_try(uow: UnitOfWork, login: str, address: str, *, succeeded: bool) -> None:
    """Write a try with a password down."""
    uow.insert(LoginAttemptRow, id=uuid4(), login=login, address=address, succeeded=succeeded, at=uow.now)


def require_few_tries(uow: UnitOfWork, login: str, address: str) -> None:
    """Slow a guesser down.

    :raises TooManyAttempts: with when to try again
    """
    for column, value, limit in (
        (LoginAttemptRow.login, login, TRIES_PER_LOGIN),
        (LoginAttemptRow.address, address, TRIES_PER_ADDRESS),
    ):
        failed = uow.session.execute(
            sa.select(sa.func.count(), sa.func.min(LoginAttemptRow.at)).where(
                column == value, LoginAttemptRow.succeeded.is_(False), LoginAttemptRow.at > uow.now - WINDOW
            )
        ).one()
        if failed[0] >= limit:
            raise TooManyAttempts(failed[1] + WINDOW)


def signed_in_person(office: Office, person_id: UUID, session_epoch: int) -> Person | None:
    """Who a session belongs to; None once the person is inactive or the sessions were ended."""
    with office.reading() as uow:
        row = uow.session.get(PersonRow, person_id)
        if row is None or not row.active or row.session_epoch != session_epoch:
            return None
        return person(uow.session, person_id)
