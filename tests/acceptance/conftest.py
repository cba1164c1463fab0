"""One founded office, served as a user serves it, and the people who come to it with Chromium."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from outside_programs import not_here
from playwright.sync_api import Browser, sync_playwright

from acceptance.person import SCREENSHOTS
from acceptance.served_office import ServedOffice
from acceptance.town import Town

CHROMIUM = Path("/usr/bin/chromium-headless-shell")
HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives the one server: one worker runs it all.

    Package scope ends the browser with this folder: the event loop that drives it would be in every later test's way.
    """
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        not_here(f"{CHROMIUM} is missing: apt-get install chromium-headless-shell, to see the pages as a person does")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"], handle_sigint=False
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def served(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedOffice]:
    office = ServedOffice(tmp_path_factory.mktemp("office") / "home")
    try:
        office.wait_until_it_answers()
        yield office
    finally:
        code = office.stop()
    assert code == 0, f"the server did not end by itself when told to:\n{office.console()}"


@pytest.fixture(scope="package")
def whole_town(chromium: Browser, served: ServedOffice) -> Iterator[Town]:
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    town = Town(chromium, served)
    yield town
    town.close()


@pytest.fixture
def town(whole_town: Town) -> Iterator[Town]:
    """The people, with the demand that nothing went wrong behind the pages while the test ran."""
    yield whole_town
    troubles = whole_town.troubles()
    assert troubles == [], "\n".join(troubles)
