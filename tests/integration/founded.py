"""A demo office founded once, to be copied: its home and its database."""

from dataclasses import dataclass
from uuid import uuid4

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from engine.service import DefinitionCache
from processes.bootstrap import bootstrap, create_keys, initialise
from processes.demo import founding
from processes.demo.founding import found
from processes.demo.people import FOUNDED
from processes.handlers.catalogue import load_handlers
from processes.keyring import KeyRing
from processes.office import Office
from processes.settings import Settings
from signing.keys import pkcs12

CHEAP_ROUNDS = 1000
"""PBKDF2 rounds of the demo's PINs here: each container says its own number, so nothing else changes; so does each
password's hash"""


@dataclass(frozen=True)
class FoundedOffice:
    """A home and its database, closed, to be copied."""

    settings: Settings
    keys: KeyRing
    definitions: DefinitionCache


def found_office(settings: Settings) -> None:
    """Found the demo office in a home, on an empty database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pkcs12, "KDF_ROUNDS", CHEAP_ROUNDS)
        patch.setattr(founding, "HASHER", PasswordHasher.from_parameters(CHEAPEST))
        initialise(settings)
        create_keys(settings, at=FOUNDED)
        office = bootstrap(settings)
        try:
            found(office)
            _forget_jobs(office)
        finally:
            office.close()


def founded_office(settings: Settings) -> FoundedOffice:
    """What a founded home gives all its copies in this process, which may not be the one that founded it."""
    load_handlers()
    return FoundedOffice(settings=settings, keys=KeyRing.open(settings.home / "keys"), definitions=DefinitionCache())


def _forget_jobs(office: Office) -> None:
    """The founding's orders wait to be validated; no test wants to wait for that."""
    with office.database.begin() as connection:
        schema = "" if office.database.dialect.name == "sqlite" else "dbos."
        connection.exec_driver_sql(f"DELETE FROM {schema}workflow_status")


def new_database(server: sa.URL, *, template: str | None = None) -> str:
    """The URL of a new database, empty or a copy."""
    name = f"office_{uuid4().hex}"
    administer(server, f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    return server.set(database=name).render_as_string(hide_password=False)


def administer(server: sa.URL, statement: str) -> None:
    """One statement that no transaction may hold."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
