"""What goes wrong, told calmly, with nothing lost: every refusal says what happened and what comes next."""

import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from acceptance.appeals import EXECUTIVE, PHOTO_OF_THE_ROAD, submit_quickly
from acceptance.person import Labelled, Person
from acceptance.services import claim
from acceptance.town import Town

CLERK = "Rzayeva Aytən Elxan qızı"
MEGABYTE = 1024 * 1024


def ready_to_sign(clerk: Person, number: str) -> None:
    """The clerk has claimed the appeal, decided, and sees the document."""
    claim(clerk, number)
    clerk.fill({"decision": "consider"})
    clerk.press("Go on to signing")
    clerk.page.wait_for_url("**/sign/*")


def signed_steps(officer: Person, number: str) -> int:
    """How many documents of the case officers have signed, by its page."""
    officer.go(f"/cases?text={number}")
    officer.page.locator("tbody a.title").first.click()
    officer.page.wait_for_url("**/cases/*-*")
    return officer.page.locator(".timeline").get_by_text(re.compile(r"PAdES")).count()


def test_a_wrong_pin_is_told_with_the_tries_left_and_the_document_still_waits(town: Town) -> None:
    clerk = town.officer("housing.clerk")
    ready_to_sign(clerk, submit_quickly(town, "housing").number)
    clerk.sign("not-the-pin")
    clerk.reads("The PIN does not open your key.")
    expect(clerk.page.locator(".govuk-error-summary")).to_contain_text("4")
    clerk.photo("refused-01-wrong-pin")
    clerk.sign("not-the-pin-either")
    expect(clerk.page.locator(".govuk-error-summary")).to_contain_text("3")
    clerk.sign()
    clerk.reads("Signed and safely kept")


def test_who_signs_second_is_told_who_was_faster_and_when(town: Town) -> None:
    here = town.officer("housing.clerk")
    number = submit_quickly(town, "housing").number
    ready_to_sign(here, number)
    there = town.another_browser("housing.clerk")
    there.go("/inbox")
    there.page.locator("tbody tr").filter(has_text=number).locator("a.title").click()
    there.fill({"note": "Eyni addım başqa kompüterdə."})
    here.sign()
    here.reads("Signed and safely kept")
    there.press("Go on to signing")
    there.reads("This step has changed meanwhile")
    there.sees(CLERK)
    there.sees(there.page.evaluate("new Date().toLocaleDateString('ru-RU', {timeZone: 'Asia/Baku'})"))
    there.photo("refused-02-overtaken")
    assert signed_steps(here, number) == 1


def test_somebody_elses_step_is_refused_and_the_attempt_stands_on_the_trail(town: Town) -> None:
    clerk, stranger = town.officer("housing.clerk"), town.officer("executor1")
    claim(clerk, submit_quickly(town, "housing").number)
    step = clerk.page.url
    answer = stranger.go(step)
    assert answer.status == 403
    stranger.reads("You may not do this")
    stranger.photo("refused-03-not-permitted")
    admin = town.officer("admin")
    admin.go("/admin/audit?action=case:item:refused")
    admin.sees("Həsənov Ramin Zaur oğlu")
    admin.photo("refused-04-audit")


def test_an_unknown_tracking_code_is_a_calm_page(town: Town) -> None:
    citizen = town.citizen("az")
    citizen.go("/track")
    citizen.page.fill("#code", "KZ7M-4QPD-19AB")
    citizen.press("See how it stands")
    citizen.reads("No appeal has this code. Check it against the receipt: it has twelve letters and digits.")
    assert citizen.value_of("code") == "KZ7M-4QPD-19AB"
    citizen.photo("refused-05-unknown-code")


def test_whoever_guesses_codes_has_to_wait(town: Town) -> None:
    guesser = Guesser(town.url)
    answers = [guesser.status(f"/track/AAAA-BBBB-C{number:03}") for number in range(11)]
    assert answers == [404] * 10 + [429]


class Guesser:
    """A visitor from an address of its own, so that nobody else has to wait for it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = urllib.request.build_opener(_FromElsewhere)

    def status(self, path: str) -> int:
        try:
            with self._opener.open(self._url + path, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code


class _FromElsewhere(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> object:
        import http.client

        def connection(host: str, **options: object) -> http.client.HTTPConnection:
            return http.client.HTTPConnection(host, source_address=("127.0.0.77", 0), **options)  # type: ignore[arg-type]

        return self.do_open(connection, request)


def test_a_complaint_never_goes_to_the_body_it_is_about(town: Town) -> None:
    housing = "Mənzil-Kommunal Xidməti"
    citizen = town.citizen("az")
    citizen.go("/appeal/executive")
    complaint = EXECUTIVE.appeal | {"kind": "complaint", "topic": "housing", "territory": "bulaq"}
    complaint = {"kind": "complaint", "complained_body": Labelled(housing)} | complaint
    citizen.fill(complaint)
    citizen.press("Send the appeal")
    citizen.reads("Your appeal has been received")
    citizen.follow("See how it stands")
    number = re.search(r"M-EXECUTIVE-[\d-]+", citizen.page.locator("main").inner_text())
    assert number
    clerk, head = town.officer("clerk"), town.officer("head")
    claim(clerk, number[0])
    clerk.fill({"decision": "forward"})
    clerk.photo("refused-06-complaint-routed")
    clerk.press("Go on to signing")
    clerk.sign()
    clerk.reads("Signed and safely kept")
    claim(head, number[0])
    head.fill({"bodies": [housing], "letter": "Şikayət aidiyyəti üzrə göndərilir."})
    head.press("Go on to signing")
    head.sees(housing)
    expect(head.page.locator(".govuk-error-summary")).to_contain_text(
        "Şikayət şikayət edilən quruma göndərilə bilməz: bu, inzibati xətadır."
    )
    head.photo("refused-07-route-barred")
    assert head.value_of("letter") == "Şikayət aidiyyəti üzrə göndərilir."


def test_a_text_that_is_too_long_is_told_beside_the_field_and_stays_there(town: Town) -> None:
    citizen = town.citizen("az")
    citizen.go("/appeal/housing")
    citizen.fill(EXECUTIVE.appeal | {"territory": "bulaq"})
    long_text = "ə" * 33_000
    citizen.fill({"text": long_text})
    citizen.press("Send the appeal")
    expect(citizen.page.locator("#f-text-error")).to_contain_text("20")
    assert citizen.value_of("text") == long_text
    citizen.photo("refused-08-too-long")
    citizen.fill({"text": "Salam 🙂 سلام " + "ğ" * 15_000})
    citizen.press("Send the appeal")
    citizen.reads("Your appeal has been received")


def test_a_null_character_is_told_or_taken_out_and_breaks_nothing(town: Town) -> None:
    submitted = submit_quickly(town, "housing", text="Həyətdə işıq \x00yanmır, dirək \x07sınıb, kömək edin.")
    clerk = town.officer("housing.clerk")
    claim(clerk, submitted.number)
    clerk.sees("dirək")


def test_a_file_that_is_too_big_is_told_and_everything_else_stays(town: Town, tmp_path: Path) -> None:
    citizen = town.citizen("az")
    citizen.go("/appeal/housing")
    citizen.fill(EXECUTIVE.appeal | {"territory": "bulaq"})
    video = tmp_path / "video.txt"
    video.write_bytes(b"a" * (21 * MEGABYTE))
    citizen.page.set_input_files("#f-attachments", video)
    citizen.press("Send the appeal")
    expect(citizen.page.locator(".govuk-error-summary")).to_contain_text("video.txt")
    assert citizen.value_of("text") == EXECUTIVE.appeal["text"]
    citizen.photo("refused-09-too-big")
    disguised = {"name": "program.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90\x00" * 300}
    picture = {"name": "yol.png", "mimeType": "image/png", "buffer": PHOTO_OF_THE_ROAD}
    citizen.page.set_input_files("#f-attachments", [disguised, picture])
    citizen.press("Attach")
    expect(citizen.page.locator(".govuk-error-summary")).to_contain_text("program.pdf")
    expect(citizen.page.locator(".attachments")).to_contain_text("yol.png")
    citizen.press("Send the appeal")
    citizen.reads("Your appeal has been received")


def test_files_that_are_together_too_big_are_told_before_they_are_sent(town: Town, tmp_path: Path) -> None:
    citizen = town.citizen("az")
    citizen.go("/appeal/housing")
    citizen.fill({"text": EXECUTIVE.appeal["text"]})
    citizen.page.set_input_files("#f-attachments", three_videos(tmp_path))
    expect(citizen.page.locator("#f-attachments-too-much")).to_be_visible()
    citizen.photo("refused-10-together-too-big")
    assert citizen.page.locator("#f-attachments").input_value() == ""
    assert citizen.value_of("text") == EXECUTIVE.appeal["text"]


def test_without_scripts_a_request_that_is_too_big_gets_a_calm_page(town: Town, tmp_path: Path) -> None:
    citizen = town.citizen("az", java_script_enabled=False)
    citizen.go("/appeal/housing")
    citizen.page.set_input_files("#f-attachments", three_videos(tmp_path))
    citizen.press("Send the appeal")
    citizen.reads("That is too large")


def three_videos(folder: Path) -> list[Path]:
    """45 megabytes, each file small enough for itself."""
    videos = [folder / f"video{each}.txt" for each in range(3)]
    for video in videos:
        video.write_bytes(b"a" * (15 * MEGABYTE))
    return videos


def test_a_session_that_ends_while_somebody_writes_loses_nothing(town: Town) -> None:
    clerk = town.another_browser("housing.clerk")
    claim(clerk, submit_quickly(town, "housing").number)
    clerk.context.clear_cookies()
    note = "Bu qeyd seans bitəndən sonra yazılıb."
    clerk.fill({"note": note})
    clerk.press("Save draft")
    clerk.reads("Your session has ended. What you entered is kept: sign in, and it is in the form again.")
    clerk.photo("refused-11-session-ended")
    assert clerk.account
    clerk.page.fill("#login", clerk.account.login)
    clerk.page.fill("#password", "səhv parol")
    clerk.press("Sign in")
    clerk.page.fill("#password", clerk.account.password)
    clerk.press("Sign in")
    clerk.page.wait_for_url("**/tasks/*")
    assert clerk.value_of("note") == note
    clerk.reads("Your session had ended. What you entered is in the form again.")


def test_a_citizens_session_that_ends_loses_nothing_either(town: Town) -> None:
    citizen = town.citizen("az")
    citizen.go("/appeal/housing")
    citizen.fill(EXECUTIVE.appeal | {"territory": "bulaq"})
    citizen.context.clear_cookies()
    citizen.press("Send the appeal")
    citizen.reads("Your session ended before this was sent. Everything is still in the form: please send it again.")
    assert citizen.value_of("text") == EXECUTIVE.appeal["text"]
    citizen.press("Send the appeal")
    citizen.reads("Your appeal has been received")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_double_click_signs_once(town: Town, scripts: bool) -> None:
    clerk = town.another_browser("housing.clerk", java_script_enabled=scripts)
    number = submit_quickly(town, "housing").number
    ready_to_sign(clerk, number)
    assert clerk.account
    clerk.page.fill("#pin", clerk.account.pin)
    clerk.page.get_by_role("button", name=clerk.words("Sign the document")).dblclick()
    clerk.reads("Signed and safely kept")
    assert signed_steps(clerk, number) == 1


def test_a_double_click_sends_an_appeal_once(town: Town) -> None:
    citizen = town.citizen("az", java_script_enabled=False)
    citizen.go("/appeal/housing")
    citizen.fill(EXECUTIVE.appeal | {"territory": "bulaq", "text": "İki dəfə basılan müraciət, bir dəfə qeydə alınır."})
    citizen.page.get_by_role("button", name=citizen.words("Send the appeal")).dblclick()
    citizen.reads("Your appeal has been received")
    number = re.search(r"M-HOUSING-\d{4}-(\d{6})", citizen.page.locator("main").inner_text())
    assert number
    following = submit_quickly(town, "housing").number
    assert int(following[-6:]) == int(number[1]) + 1
