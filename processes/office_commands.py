"""What commands about bodies and people share: an office opened for one command, and whom a word means."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import sqlalchemy as sa

from processes.bootstrap import bootstrap
from processes.errors import NotFound
from processes.mandates import mandates_of
from processes.office import Office
from processes.organisation import Body, bodies, body_by_code
from processes.settings import Settings
from processes.tables import PersonRow


@contextmanager
def opened(settings: Settings) -> Iterator[Office]:
    """The office of a home, closed when the command ends."""
    office = bootstrap(settings)
    try:
        yield office
    finally:
        office.close()


def body_called(office: Office, code: str) -> Body:
    """The body with this code.

    :raises NotFound: there is none
    """
    with office.reading() as uow:
        found = body_by_code(uow.session, code)
    if found is None:
        raise NotFound(f"there is no body {code!r}; `karguzar body list` shows those there are")
    return found


def person_called(office: Office, login: str) -> UUID:
    """Who signs in with this login.

    :raises NotFound: nobody does
    """
    with office.reading() as uow:
        found = uow.session.scalar(sa.select(PersonRow.id).where(PersonRow.login == login.lower()))
    if found is None:
        raise NotFound(f"nobody has the login {login!r}; `karguzar user list` shows those there are")
    return found


def list_bodies(office: Office) -> list[str]:
    """Codes and titles."""
    with office.reading() as uow:
        return [f"{each.code:<22}{each.named()}" for each in bodies(uow.session)]


def list_people(office: Office) -> list[str]:
    """Logins, names and roles."""
    with office.reading() as uow:
        lines = []
        for each in uow.session.execute(sa.select(PersonRow).order_by(PersonRow.login)).scalars():
            roles = sorted({mandate.role for mandate in mandates_of(uow.session, each.id, uow.now)})
            lines.append(f"{each.login:<22}{each.name:<34}{', '.join(roles)}")
    return lines
