"""The demo office, founded once per kind of database and test process; each folder copies it as it needs."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from founded import FoundedOffice, administer, founded_office, new_database

from processes.settings import Settings


@pytest.fixture(scope="session")
def found_once(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], FoundedOffice]:
    """found_once(kind): the demo office founded on a kind of database, the first time it is asked for."""
    known: dict[str, FoundedOffice] = {}

    def founded(kind: str) -> FoundedOffice:
        if kind not in known:
            server = request.getfixturevalue("postgres_url") if kind == "postgresql" else None
            known[kind] = founded_office(tmp_path_factory.mktemp(f"founded-{kind}"), server)
        return known[kind]

    return founded


@pytest.fixture(scope="session")
def copied(
    request: pytest.FixtureRequest, found_once: Callable[[str], FoundedOffice]
) -> Callable[[str, Path], AbstractContextManager[Settings]]:
    """copied(kind, home): the settings of a copy of the founded office, gone at the end."""

    @contextmanager
    def copy(kind: str, home: Path) -> Iterator[Settings]:
        template = found_once(kind).settings
        shutil.copytree(template.home, home)
        if kind == "sqlite":
            yield replace(template, home=home)
            return
        server = request.getfixturevalue("postgres_url")
        url = new_database(server, template=sa.make_url(template.database_url).database)
        yield replace(template, home=home, database_url=url)
        administer(server, f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")

    return copy
