"""A founded demo office behind its pages, without a socket: one for the whole module, on each of its DATABASES."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask
from founded import CHEAP_ROUNDS
from visitor import Visitor

from processes.bootstrap import bootstrap
from processes.demo.founding import accounts
from processes.office import Office
from processes.settings import Settings
from signing.keys import pkcs12
from web.app import create_app


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "office" in metafunc.fixturenames:
        metafunc.parametrize("office", metafunc.module.DATABASES, indirect=True, scope="module")


@pytest.fixture(scope="module")
def office(
    request: pytest.FixtureRequest,
    copied: Callable[[str, Path], AbstractContextManager[Settings]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    with pytest.MonkeyPatch.context() as patch, copied(request.param, tmp_path_factory.mktemp("web") / "home") as copy:
        patch.setattr(pkcs12, "KDF_ROUNDS", CHEAP_ROUNDS)
        opened = bootstrap(copy)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def app(office: Office) -> Flask:
    made = create_app(office)
    made.testing = False  # crashes must become pages here as they do for people
    return made


@pytest.fixture
def visitor(app: Flask, office: Office) -> Visitor:
    return Visitor(app, accounts(office.settings.home))
