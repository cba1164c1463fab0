"""Admit somebody to the office: a login and a first password; what they may do, mandates say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import sqlalchemy as sa

from engine.definition import LANGUAGES
from processes.authorization import require_administrator
from processes.errors import EntryRefused
from processes.forms import clean_text
from processes.office import Office
from processes.organisation import body
from processes.passwords import HASHER, SHORTEST, draw_word
from processes.tables import PersonRow, PostRow, UnitRow
from processes.unit_of_work import UnitOfWork

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
E_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
MAX_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitPerson:
    """Somebody new."""

    by: UUID | None
    """None: at the command line"""
    login: str
    name: str
    """as it stands on documents: family name, given name, patronymic"""
    body_id: UUID
    language: str
    email: str = ""
    unit_id: UUID | None = None
    post: Mapping[str, str] | None = None
    """the post's title in four languages, held in `unit_id`"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """The new person."""

    person_id: UUID
    password: str = field(repr=False)
    """the first one, shown once; its owner changes it"""


def admit_person(office: Office, request: AdmitPerson) -> Admitted:
    """Give somebody a login.

    :raises NotPermitted: no administrator of that body
    :raises EntryRefused: login, name, language or e-mail address cannot be taken; the login is taken
    """
    login, name, email = _checked(request)
    password, identity = draw_word(SHORTEST), uuid4()
    hashed = HASHER.hash(password)
    with office.unit_of_work() as uow:
        actor = require_administrator(uow.session, request.by, uow.now, body_id=request.body_id)
        owner = body(uow.session, request.body_id)
        if uow.session.scalar(sa.select(PersonRow.id).where(PersonRow.login == login)) is not None:
            raise EntryRefused("login", "taken")
        uow.insert(
            PersonRow,
            id=identity,
            login=login,
            name=name,
            email=email or None,
            language=request.language,
            body_id=owner.id,
            password_hash=hashed,
            session_epoch=1,
            active=True,
        )
        _give_post(uow, identity, request)
        uow.audit.record("person:account:open", actor=actor, subject=str(identity), details={"body": owner.code})
        uow.commit()
    return Admitted(person_id=identity, password=password)


def _checked(request: AdmitPerson) -> tuple[str, str, str]:
    login = clean_text(request.login, one_line=True).lower()
    name, email = clean_text(request.name, one_line=True), clean_text(request.email, one_line=True)
    if not LOGIN.fullmatch(login):
        raise EntryRefused("login", "malformed")
    if not 1 <= len(name) <= MAX_NAME:
        raise EntryRefused("name", "missing")
    if request.language not in LANGUAGES:
        raise EntryRefused("language", "unknown")
    if email and not E_MAIL.fullmatch(email):
        raise EntryRefused("email", "malformed")
    return login, name, email


def _give_post(uow: UnitOfWork, person_id: UUID, request: AdmitPerson) -> None:
    if request.unit_id is None:
        return
    unit = uow.session.get(UnitRow, request.unit_id)
    if unit is None or unit.body_id != request.body_id:
        raise EntryRefused("unit", "unknown")
    title = {language: clean_text(text, one_line=True) for language, text in (request.post or {}).items()}
    if not all(title.get(language) for language in LANGUAGES):
        raise EntryRefused("post", "missing")
    uow.insert(
        PostRow,
        id=uuid4(),
        unit_id=unit.id,
        person_id=person_id,
        title=title,
        valid_from=uow.now.date(),
        valid_to=None,
    )
