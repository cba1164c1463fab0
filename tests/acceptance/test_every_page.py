"""Every page by day or by night (WCAG 2.2 AA); in `./test all` in four languages, each wide and narrow."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from acceptance.appeals import EXECUTIVE, submit_quickly
from acceptance.pages import EVERY, JUDGED, LANGUAGES, OVER_EACH_OTHER, Sight, look_through
from acceptance.person import Person
from acceptance.services import PACKAGE, QUESTIONNAIRE, REMARKS, claim
from acceptance.town import Town

Page = tuple[str, str] | tuple[str, str, int]
"""a name, an address, and the status it answers with if that is not 200"""


def for_everybody(town: Town, citizen: Person) -> Iterator[Page]:
    service, appeal = town.registered_service, town.answered_appeal
    yield "home", "/"
    yield "appeal-bodies", "/appeal"
    yield "appeal-form", "/appeal/executive"
    yield "track", "/track"
    yield "track-answered", f"/track/{appeal.code}"
    yield "track-running", f"/track/{submit_quickly(town, 'housing').code}"
    yield "track-unknown", "/track/KZ7M-4QPD-19AB", 404
    yield "registry", "/registry"
    yield "registry-nothing", "/registry?text=tapılmaz"
    yield "registry-entry", f"/registry/services/{service.service_number}"
    yield "registry-statistics", "/registry/statistics"
    yield "verify", "/verify"
    yield "published", "/published"
    yield "verified", f"/verify/{appeal.verify_code}"
    yield "sign-in", "/sign-in"
    yield "not-found", "/nowhere", 404


def for_a_citizen_who_has_just_written(town: Town, citizen: Person) -> Iterator[Page]:
    citizen.go("/appeal/housing")
    citizen.fill(EXECUTIVE.appeal)
    citizen.press("Send the appeal")
    citizen.reads("Your appeal has been received")
    yield "appeal-received", "/appeal/received"


def for_the_clerk(town: Town, clerk: Person) -> Iterator[Page]:
    submit_quickly(town, "housing")
    claim(clerk, submit_quickly(town, "housing").number)
    step = address(clerk)
    clerk.fill({"decision": "consider"})
    clerk.press("Go on to signing")
    clerk.page.wait_for_url("**/sign/*")
    attempt = address(clerk)
    yield "inbox", "/inbox"
    yield "inbox-group", "/inbox?tab=group"
    yield "inbox-substitute", "/inbox?tab=substitute"
    yield "cases", "/cases"
    yield "case-new", "/cases/new"
    yield "registration", step
    yield "sign", attempt
    yield "many-sign", "/sign/many"
    yield "delegate", f"{step}/delegate"
    in_english(clerk, attempt)
    clerk.sign()
    clerk.reads("Signed and safely kept")
    yield "signed", f"{attempt}/receipt"
    yield "inbox-done", "/inbox?tab=done"
    yield "inbox-aside", "/inbox?tab=aside"


def for_the_responsible_person(town: Town, responsible: Person) -> Iterator[Page]:
    responsible.go("/cases/new")
    responsible.page.locator(f'a[href*="{PACKAGE}"]').click()
    yield "case-begin", address(responsible)
    in_english(responsible, address(responsible))
    responsible.press("Begin the case")
    responsible.page.wait_for_url("**/tasks/*")
    step = address(responsible)
    responsible.fill({"paid": True, "new_service": True, "act_in_force": QUESTIONNAIRE["act_in_force"]})
    yield "questionnaire", step
    yield "case", town.registered_service.case_path


def for_the_operator(town: Town, operator: Person) -> Iterator[Page]:
    claim(operator, town.service_under_review)
    for field, text in REMARKS.items():
        operator.page.locator(f"#r-{field} summary").click()
        operator.page.locator(f"#r-{field} textarea").fill(text)
    operator.press("Save draft")
    yield "review", address(operator)


def for_the_head(town: Town, head: Person) -> Iterator[Page]:
    yield "orders", "/orders"


def for_the_archivist(town: Town, archivist: Person) -> Iterator[Page]:
    yield "archive", "/archive"
    yield "archive-search", "/archive?text=texniki+pasport&type=questionnaire"
    yield "archive-record", town.registered_service.record_path
    yield "archive-keeping", f"{town.registered_service.record_path}/keeping"
    yield "archive-redact", f"{town.registered_service.record_path}/redact"
    yield "archive-schedule", "/archive/schedules/appeals-5-years"
    for part in (
        "arrangement",
        "nomenclature",
        "imports",
        "retention",
        "schedules",
        "holds",
        "proof/evidence",
        "proof/audits",
    ):
        yield f"archive-{part.replace('/', '-')}", f"/archive/{part}"
    for kind in ("fonds", "series"):
        archivist.go("/archive/arrangement")
        unit = archivist.page.locator(f'a[href*="/arrangement/{kind}/"]').first.get_attribute("href") or ""
        yield f"archive-{kind}", unit


def for_the_supervisor(town: Town, supervisor: Person) -> Iterator[Page]:
    yield "supervision", "/supervision"
    yield "open-work", "/supervision/work"
    yield "operations", "/operations"
    yield "operations-incidents", "/operations/incidents"
    yield "operations-messages", "/operations/messages"
    number = submit_quickly(town, "housing").number
    row = supervisor.page.locator("tbody a.title")
    supervisor.wait_for(f"/cases?text={number}", lambda: row.count() > 0)
    case, link = row.get_attribute("href") or "", supervisor.page.locator('a[href$="/assign"]')
    supervisor.wait_for(case, lambda: link.count() > 0)
    link.first.click()
    yield "assign", address(supervisor)


def for_the_administrator(town: Town, administrator: Person) -> Iterator[Page]:
    for part in ("", "/certificates", "/trust", "/outbox", "/incidents", "/audit"):
        yield f"admin{part.replace('/', '-')}", f"/admin{part}"

    yield "admin-new-person", "/admin/people/new"
    yield "admin-bodies", "/admin/bodies"
    yield "admin-calendars", "/admin/calendars"
    administrator.go("/admin")
    administrator.page.locator("tbody a.title").first.click()
    yield "admin-person", address(administrator)
    yield "me", "/me"


def for_a_stranger(town: Town, stranger: Person) -> Iterator[Page]:
    yield "not-permitted", town.registered_service.case_path, 403
    yield "not-my-office", "/admin", 403


def in_english(person: Person, path: str) -> None:
    person.language = "en"
    person.go(f"{path}?lang=en")


def address(person: Person) -> str:
    return person.page.url.removeprefix(person.url).split("?")[0]


VISITORS: dict[str, tuple[str | None, Callable[[Town, Person], Iterator[Page]]]] = {
    "everybody": (None, for_everybody),
    "a citizen who has just written": (None, for_a_citizen_who_has_just_written),
    "the clerk": ("housing.clerk", for_the_clerk),
    "the responsible person": ("responsible2", for_the_responsible_person),
    "the operator": ("operator", for_the_operator),
    "the head": ("head", for_the_head),
    "the archivist": ("archivist", for_the_archivist),
    "the supervisor": ("supervisor", for_the_supervisor),
    "the administrator": ("admin", for_the_administrator),
    "a stranger": ("executor1", for_a_stranger),
}


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_page_holds_by_day_or_by_night(town: Town, visitor: str) -> None:
    """One page by day and wide, the next by night and narrow."""
    assert_every_page_holds(town, visitor, lambda number: JUDGED[number % len(JUDGED) :][:1])


@pytest.mark.long
@pytest.mark.parametrize("visitor", VISITORS)
def test_every_page_holds_in_four_languages_wide_and_narrow(town: Town, visitor: str) -> None:
    assert_every_page_holds(town, visitor, lambda _number: EVERY)


@pytest.mark.parametrize("login", [None, "supervisor"])
def test_nothing_in_the_bar_lies_over_something_else_at_any_width(town: Town, login: str | None) -> None:
    person = town.another_browser(login) if login else town.citizen("az")
    wrong = []
    for language in LANGUAGES:
        person.go(f"/?lang={language}")
        for width in range(1400, 319, -120):
            person.page.set_viewport_size({"width": width, "height": 800})
            wrong += [f"{language} {width}: {each}" for each in person.page.evaluate(OVER_EACH_OTHER, "header.bar a")]
    assert wrong == []


def assert_every_page_holds(town: Town, visitor: str, sights: Callable[[int], Sequence[Sight]]) -> None:
    login, pages = VISITORS[visitor]
    person = town.another_browser(login) if login else town.citizen("az")
    wrong: list[str] = []
    for number, (name, path, *status) in enumerate(pages(town, person)):
        wrong += look_through(person, path, name, status[0] if status else 200, sights(number))
    assert wrong == [], "\n".join(wrong)
