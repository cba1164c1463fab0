"""A founded demo office behind its pages, without a socket: one for the whole module, on each of its DATABASES."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from visitor import Visitor

from processes.bootstrap import bootstrap, create_keys, initialise
from processes.demo.founding import accounts, found
from processes.demo.people import FOUNDED
from processes.office import Office
from processes.settings import Settings
from signing.keys import pkcs12
from web.app import create_app

CHEAP_ROUNDS = 1000


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "office" in metafunc.fixturenames:
        metafunc.parametrize("office", metafunc.module.DATABASES, indirect=True, scope="module")


@pytest.fixture(scope="module")
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    url = ""
    if request.param == "postgresql":
        server: sa.URL = request.getfixturevalue("postgres_url")
        name = f"web_{uuid4().hex}"
        engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        engine.dispose()
        url = server.set(database=name).render_as_string(hide_password=False)
    patch = pytest.MonkeyPatch()
    patch.setattr(pkcs12, "KDF_ROUNDS", CHEAP_ROUNDS)
    settings = Settings(home=tmp_path_factory.mktemp("office"), database_url=url)
    initialise(settings)
    create_keys(settings, at=FOUNDED)
    opened = bootstrap(settings)
    found(opened)
    yield opened
    opened.close()
    patch.undo()


@pytest.fixture(scope="module")
def app(office: Office) -> Flask:
    made = create_app(office)
    made.testing = False  # crashes must become pages here as they do for people
    return made


@pytest.fixture
def visitor(app: Flask, office: Office) -> Visitor:
    return Visitor(app, accounts(office.settings.home))
