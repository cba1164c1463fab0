"""Founds the demo office: bodies, people, certificates, signed appointments. Cut short, it is taken up again."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from processes.arranging import arrange_body
from processes.demo.people import (
    BODIES,
    CAPACITIES,
    FOUNDED,
    PEOPLE,
    SUBSTITUTION_ENDS,
    DemoBody,
    DemoPerson,
    demo_id,
)
from processes.deployment import Deploy, deploy, shipped_folders
from processes.office import Office
from processes.passwords import HASHER, SHORTEST, draw_word
from processes.tables import (
    BodyRow,
    CertificateRow,
    MandateRow,
    PersonRow,
    PostRow,
    UnitRow,
)
from processes.trust import trust_pilot_authority
from processes.unit_of_work import UnitOfWork
from processes.use_cases.appoint import ACTS, Appoint, appoint
from processes.use_cases.enrol import EnrolOfficer, enrol_officer, enrol_seal

ACCOUNTS = "demo-accounts.json"
PIN_LENGTH = 10
DECREE = {"az": "Fərman", "kk": "Жарлық"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How a person of the demo signs in and signs."""

    login: str
    password: str
    pin: str


def accounts(home: Path) -> dict[str, Account]:
    """The demo's passwords and PINs: drawn at the first start, kept in a 0600 file of the home."""
    file = home / ACCOUNTS
    if not file.exists():
        drawn = [Account(login=each.login, password=draw_word(SHORTEST), pin=draw_word(PIN_LENGTH)) for each in PEOPLE]
        temporary = file.with_suffix(".new")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as new:
            json.dump([asdict(each) for each in drawn], new, indent=1)
            new.flush()
            os.fsync(new.fileno())
        temporary.rename(file)
    read = json.loads(file.read_text(encoding="utf-8"))
    return {each["login"]: Account(**each) for each in read}


def is_founded(office: Office) -> bool:
    """Whether the demo stands as a whole: its last act is the substitution order."""
    with office.reading() as uow:
        return (
            uow.session.scalar(sa.select(MandateRow.id).where(MandateRow.acts_for_id.is_not(None)).limit(1)) is not None
        )


def found(office: Office) -> None:
    """Found the demo office on its founding day, then return to the present."""
    office.clock.set_to(FOUNDED)
    secret = accounts(office.settings.home)
    trust_pilot_authority(office)
    with office.unit_of_work() as uow:
        for body in BODIES:
            _body(uow, body)
        for person in PEOPLE:
            _person(uow, person, secret[person.login])
        for body in BODIES:
            arrange_body(uow, code=body.code, title=body.title, body_id=demo_id("body", body.code))
        uow.commit()
    _enrol(office, secret)
    deploy(office, Deploy(folders=shipped_folders(), by="system"))
    _appoint(office, secret)
    # not back to the offset before: a founding cut short has left its own
    office.clock.return_to_present()


def _insert_once(uow: UnitOfWork, table: type, identity: UUID, **values: Any) -> None:
    if uow.session.get(table, identity) is None:
        uow.insert(table, id=identity, **values)


def _body(uow: UnitOfWork, body: DemoBody) -> None:
    _insert_once(
        uow,
        BodyRow,
        demo_id("body", body.code),
        code=body.code,
        title=dict(body.title),
        calendar=body.calendar,
        time_zone=body.time_zone,
        language=body.language,
        functions=list(body.functions),
        superior_id=demo_id("body", body.superior) if body.superior else None,
        territory=body.territory,
    )
    for code, title in body.units.items():
        _insert_once(
            uow,
            UnitRow,
            demo_id("unit", f"{body.code}:{code}"),
            body_id=demo_id("body", body.code),
            parent_id=None,
            code=code,
            title=dict(title),
        )


def _person(uow: UnitOfWork, person: DemoPerson, account: Account) -> None:
    identity = demo_id("person", person.login)
    if uow.session.get(PersonRow, identity) is None:
        uow.insert(
            PersonRow,
            id=identity,
            login=person.login,
            name=person.name,
            email=f"{person.login}@{person.body}.example",
            language=person.language,
            body_id=demo_id("body", person.body),
            password_hash=HASHER.hash(account.password),
            session_epoch=1,
            active=True,
        )
    _insert_once(
        uow,
        PostRow,
        demo_id("post", person.login),
        unit_id=demo_id("unit", f"{person.body}:{person.unit}"),
        person_id=identity,
        title=dict(person.post),
        valid_from=FOUNDED.date(),
        valid_to=None,
    )
    if person.appointed:
        return
    bodies = [body.code for body in BODIES] if person.everywhere else [person.body]
    for role in person.roles:
        for body in bodies:
            _mandate(uow, person, role, body)


def _mandate(uow: UnitOfWork, person: DemoPerson, role: str, body: str) -> None:
    language = next(each.language for each in BODIES if each.code == body)
    _insert_once(
        uow,
        MandateRow,
        demo_id("mandate", f"{person.login}:{role}:{body}"),
        holder_id=demo_id("person", person.login),
        role=role,
        capacity=CAPACITIES.get(role, role),
        body_id=demo_id("body", body),
        scope=[],
        valid_from=FOUNDED,
        valid_to=None,
        acts_for_id=None,
        ground_act=(DECREE if role == "head" else ACTS)[language],
        ground_number=f"{PEOPLE.index(person) + 1}-k",
        ground_date=date(2026, 1, 5),
        ground_document_id=None,
        ground_sha256=None,
    )


def _enrol(office: Office, secret: Mapping[str, Account]) -> None:
    with office.reading() as uow:
        people = set(uow.session.execute(sa.select(CertificateRow.person_id)).scalars())
        bodies = set(uow.session.execute(sa.select(CertificateRow.body_id)).scalars())
    for body in BODIES:
        if demo_id("body", body.code) not in bodies:
            enrol_seal(office, demo_id("body", body.code), by="system")
    for person in PEOPLE:
        if demo_id("person", person.login) not in people:
            enrol_officer(
                office,
                EnrolOfficer(person_id=demo_id("person", person.login), pin=secret[person.login].pin, by="system"),
            )


def _appoint(office: Office, secret: Mapping[str, Account]) -> None:
    heads = {"agency": "agency.head", "executive": "head", "housing": "housing.head", "akimat": "akim"}
    for person in PEOPLE:
        if person.appointed and not _holds(office, person.login, person.roles[0]):
            head = heads[person.body]
            appoint(office, _order(person.body, head, secret[head].pin, person.login, person.roles[0]))
    if not _holds(office, "deputy", "head"):
        appoint(
            office,
            _order(
                "executive",
                "head",
                secret["head"].pin,
                "deputy",
                "head",
                capacity="substitute",
                valid_to=SUBSTITUTION_ENDS,
                acts_for_id=demo_id("mandate", "head:head:executive"),
            ),
        )


def _order(body: str, head: str, pin: str, login: str, role: str, **more: Any) -> Appoint:
    valid_to: datetime | None = more.get("valid_to")
    return Appoint(
        by=demo_id("person", head),
        pin=pin,
        holder_id=demo_id("person", login),
        role=role,
        capacity=more.get("capacity") or CAPACITIES.get(role, role),
        body_id=demo_id("body", body),
        valid_from=FOUNDED,
        valid_to=valid_to,
        acts_for_id=more.get("acts_for_id"),
    )


def _holds(office: Office, login: str, role: str) -> bool:
    with office.reading() as uow:
        found_id = uow.session.scalar(
            sa.select(MandateRow.id).where(MandateRow.holder_id == demo_id("person", login), MandateRow.role == role)
        )
    return found_id is not None
