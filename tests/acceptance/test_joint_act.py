"""Several officers sign one document, each at a browser of their own."""

import pytest

from acceptance import shipped
from acceptance.person import Person
from acceptance.services import sign_exactly_what_is_shown
from acceptance.town import Town

PACKAGE, SCENARIO = "joint-act", "two-of-three"
ACT = shipped.fields(PACKAGE, SCENARIO, "draft_act")
MEMBERS = ("Həsənov Ramin Zaur oğlu", "Ağayeva Ülviyyə Sabir qızı", "Nəsirov Kamran İlqar oğlu")


def drawn_up(secretary: Person) -> str:
    """An act that its secretary has signed; its case's number."""
    secretary.go("/cases/new")
    secretary.page.locator(f'a[href*="{PACKAGE}"]').click()
    secretary.press("Begin the case")
    secretary.page.wait_for_url("**/tasks/*")
    number = secretary.page.locator(".over a").inner_text()
    secretary.fill({**ACT, "members": MEMBERS})
    secretary.photo("joint-act-01-draft")
    sign_exactly_what_is_shown(secretary, "joint-act-02")
    secretary.reads("Signatures on the document")
    return number


def open_mine(officer: Person, number: str) -> None:
    officer.go("/inbox")
    officer.page.locator("tbody tr").filter(has_text=number).locator("a.title").first.click()
    officer.page.wait_for_url("**/tasks/*")


@pytest.mark.long
def test_two_members_and_the_head_sign_the_act_and_the_third_is_not_asked_any_more(town: Town) -> None:
    secretary, first = town.officer("clerk"), town.officer("executor1")
    second, third, head = town.officer("executor2"), town.officer("executor3"), town.officer("head")
    number = drawn_up(secretary)

    open_mine(first, number)
    first.reads("The document you are asked to sign")
    first.photo("joint-act-03-cosign")
    first.fill({"decision": "sign"})
    sign_exactly_what_is_shown(first, "joint-act-04")

    open_mine(second, number)
    second.sees(MEMBERS[0])
    second.fill({"decision": "sign"})
    sign_exactly_what_is_shown(second, "joint-act-05")
    second.reads("not needed any more")
    third.go("/inbox")
    third.does_not_see(number)

    head.go("/inbox?tab=group")
    head.page.locator("tbody tr").filter(has_text=number).locator("a.title").first.click()
    head.page.wait_for_url("**/tasks/*")
    head.fill({"decision": "sign"})
    sign_exactly_what_is_shown(head, "joint-act-06")

    secretary.go(f"/cases?text={number}")
    secretary.page.locator("tbody a.title").first.click()
    closed = secretary.words("The body's e-seal has closed the document: nothing can be added to it.")
    secretary.page.wait_for_url("**/cases/*-*")
    path = secretary.page.url
    secretary.wait_for(path, lambda: closed in secretary.page.locator("main").inner_text())
    secretary.photo("joint-act-07-closed")
    small = town.another_browser("clerk", viewport={"width": 380, "height": 800})
    small.go(path)
    small.photo("joint-act-08-closed-narrow")
