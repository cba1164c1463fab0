"""A public service gets into the Registry: what the body, the operator and the archivist do on their pages."""

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from playwright.sync_api import expect

from acceptance import shipped
from acceptance.person import Labelled, Person, plain

if TYPE_CHECKING:
    from acceptance.town import Town

PACKAGE, SCENARIO = "questionnaire-submission", "returned-once"
QUESTIONNAIRE = shipped.fields(PACKAGE, SCENARIO, "fill_questionnaire")
CORRECTED = shipped.fields(PACKAGE, SCENARIO, "correct_questionnaire")
SERVICE = QUESTIONNAIRE["service_name"]
REMARKS = dict(list(shipped.remarks(PACKAGE, SCENARIO, "review").items())[:2])
DEFICIENT = shipped.fields(PACKAGE, SCENARIO, "review")
NOTICE = shipped.fields(PACKAGE, SCENARIO, "sign_notice")
ACCEPTED = shipped.fields(PACKAGE, SCENARIO, "review", occurrence=1)
SCAN = b"Binanin mertebe planlari: 1-ci mertebe, 2-ci mertebe.\n" * 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What the journey left behind."""

    case_path: str
    case_number: str
    service_number: str
    record_path: str


def describe_return_correct_accept_and_archive(town: "Town") -> Registered:
    """The whole way, in Azerbaijani, by three officers of two bodies and the archivist."""
    responsible, operator = town.officer("responsible2"), town.officer("operator")
    archivist = town.officer("archivist")

    number, case_path = begin(responsible)
    keep_a_draft(responsible)
    be_told_what_does_not_fit(responsible)
    responsible.fill({"fee_amount": QUESTIONNAIRE["fee_amount"], "contact_phone": QUESTIONNAIRE["contact_phone"]})
    attach(responsible)
    sign_exactly_what_is_shown(responsible, "questionnaire")

    claim(operator, number, photo="service-04-group-inbox")
    remark_and_return(operator)
    sign_the_notice(operator, number)

    correct_the_remarked_fields(responsible, number)
    accept_after_comparing(operator, number)
    service_number = find_in_the_public_registry(town.citizen("az"))

    record_path = classify(archivist, number)
    look_at_the_case(responsible, case_path)
    return Registered(case_path=case_path, case_number=number, service_number=service_number, record_path=record_path)


def submit_quickly(responsible: Person) -> str:
    """A service described and signed for tests that are about something else; the case's number."""
    responsible.go("/cases/new")
    responsible.page.locator(f'a[href*="{PACKAGE}"]').click()
    responsible.press("Begin the case")
    responsible.page.wait_for_url("**/tasks/*")
    number = responsible.page.locator(".over a").inner_text()
    hidden = [(name, responsible.value_of(name)) for name in ("csrf_token", "_version")]
    entered = [
        (name, plain(each))
        for name, value in QUESTIONNAIRE.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    answer = responsible.context.request.post(
        responsible.page.url,
        data=urlencode([*hidden, *entered, ("_action", "submit")]),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    responsible.go(answer.url)
    responsible.sign()
    responsible.reads("Signed and safely kept")
    return number


def begin(responsible: Person) -> tuple[str, str]:
    """A new case opens its first step at once."""
    responsible.go("/inbox")
    responsible.follow("New case")
    responsible.photo("service-01-new-case")
    responsible.page.get_by_role("link", name=re.compile("^" + responsible.words("Begin"))).first.click()
    responsible.press("Begin the case")
    responsible.page.wait_for_url("**/tasks/*")
    over = responsible.page.locator(".over a")
    return over.inner_text(), over.get_attribute("href") or ""


def keep_a_draft(responsible: Person) -> None:
    """What was saved is there again after a reload, the conditional fields too."""
    responsible.fill(
        {name: value for name, value in QUESTIONNAIRE.items() if name not in {"fee_amount", "contact_phone"}}
    )
    responsible.press("Save draft")
    responsible.reads("The draft is saved.")
    responsible.photo("service-02-draft")
    responsible.page.reload()
    assert responsible.value_of("service_name") == SERVICE
    assert responsible.value_of("paid") == "yes"
    assert responsible.value_of("act_in_force") == "01.03.2023"
    assert responsible.value_of("required_documents").split("\n") == QUESTIONNAIRE["required_documents"].split("\n")


def be_told_what_does_not_fit(responsible: Person) -> None:
    """A fee without an amount and no way to reach anybody: told beside the fields and in the summary, linked."""
    amount = "Xidmət ödənişlidir — məbləği yazın."
    contact = "Telefon və ya e-poçtdan heç olmasa birini yazın."
    beside = responsible.page.locator("#f-fee_amount-error")
    expect(beside).to_contain_text(amount)  # the logic speaks before anything is submitted
    responsible.press("Go on to signing")
    summary = responsible.page.locator(".govuk-error-summary")
    expect(summary).to_contain_text(amount)
    expect(summary).to_contain_text(contact)
    responsible.photo("service-03-findings")
    summary.get_by_role("link", name=amount).click()
    expect(responsible.page.locator("#f-fee_amount")).to_be_focused()
    expect(responsible.page.locator("#f-contact_phone-error")).to_contain_text(contact)
    assert responsible.value_of("service_name") == SERVICE


def attach(responsible: Person) -> None:
    """A file is attached and listed; it can be removed again."""
    responsible.page.set_input_files(
        "#f-attachments",
        [{"name": "mərtəbə planları.txt", "mimeType": "text/plain", "buffer": SCAN}],
    )
    responsible.press("Attach")
    expect(responsible.page.locator(".attachments")).to_contain_text("mərtəbə planları.txt")
    assert responsible.value_of("fee_amount") == str(QUESTIONNAIRE["fee_amount"])


def sign_exactly_what_is_shown(officer: Person, photo: str) -> str:
    """Submit, compare the document shown with its digest, sign it; the path of the signed document."""
    officer.press("Go on to signing")
    officer.page.wait_for_url("**/sign/*")
    shown = officer.get((officer.page.locator("iframe").get_attribute("src") or "").split("#")[0])
    assert shown.startswith(b"%PDF-")
    digest = officer.page.locator("dt:text-is('SHA-256') + dd").first.inner_text().replace(" ", "")
    assert digest == hashlib.sha256(shown).hexdigest()
    assert officer.account is not None
    officer.photo(f"sign-{photo}")
    officer.sign()
    officer.reads("Signed and safely kept")
    officer.photo(f"signed-{photo}")
    path = officer.page.get_by_role("link", name=officer.words("Signed document (PDF)")).get_attribute("href") or ""
    signed = officer.get(path)
    assert signed[: len(shown)] == shown, "a signature is appended to exactly what was shown"
    assert len(signed) > len(shown)
    return path


def open_mine(officer: Person, number: str) -> None:
    """A step that is already this officer's own."""
    row = officer.page.locator("tbody tr").filter(has_text=number)
    officer.wait_for("/inbox", lambda: row.count() > 0)
    row.locator("a.title").click()
    officer.page.wait_for_url("**/tasks/*")


def claim(officer: Person, number: str, tab: str = "group", photo: str = "") -> None:
    """The step waits for the group, as soon as the system's own steps before it are done; who claims it has it."""
    row = officer.page.locator("tbody tr").filter(has_text=number)
    officer.wait_for(f"/inbox?tab={tab}", lambda: row.count() > 0)
    if photo:
        officer.photo(photo)
    row.get_by_role("button", name=re.compile("^" + officer.words("Claim"))).click()
    officer.page.wait_for_url("**/tasks/*")


def remark_and_return(operator: Person) -> None:
    """Two fields remarked on, the questionnaire returned as deficient, with the date by which it must be corrected."""
    operator.sees("mərtəbə planları.txt")
    for field, text in REMARKS.items():
        line = operator.page.locator(f"#r-{field}")
        line.locator("summary").click()
        line.locator("textarea").fill(text)
    operator.fill(DEFICIENT)
    operator.photo("service-05-review")
    sign_exactly_what_is_shown(operator, "review")


def sign_the_notice(operator: Person, number: str) -> None:
    """The notice of deficiency, by the same operator, in its own document."""
    claim(operator, number)
    operator.fill(NOTICE)
    operator.photo("service-06-notice")
    sign_exactly_what_is_shown(operator, "notice")


def correct_the_remarked_fields(responsible: Person, number: str) -> None:
    """The form opens on what was remarked on, filled as it was."""
    claim(responsible, number)
    responsible.reads("What has to be corrected")
    listed = responsible.page.locator("[aria-labelledby=remarks-title] li")
    expect(listed).to_have_count(len(REMARKS))
    for field, text in REMARKS.items():
        link = listed.filter(has_text=text).get_by_role("link")
        link.click()
        expect(responsible.page.locator(f"#f-{field}")).to_be_in_viewport()
        expect(responsible.page.locator(f"#f-{field}")).to_be_focused()
    assert responsible.value_of("service_name") == SERVICE
    responsible.sees("mərtəbə planları.txt")
    responsible.photo("service-07-returned")
    responsible.fill(_changed())
    sign_exactly_what_is_shown(responsible, "correction")


def accept_after_comparing(operator: Person, number: str) -> None:
    """In the second round the changes are marked beside what stood before; then the service is accepted."""
    claim(operator, number)
    operator.sees(REMARKS["fee_amount"])
    expect(operator.page.locator("#r-fee_amount.changed")).to_contain_text("40")
    operator.photo("service-08-second-review")
    operator.fill(ACCEPTED)
    sign_exactly_what_is_shown(operator, "acceptance")


def find_in_the_public_registry(citizen: Person) -> str:
    """Anybody finds the service; the job that enters it takes a moment."""
    found = citizen.page.get_by_role("link", name=SERVICE)
    citizen.wait_for("/registry?text=texniki pasport", lambda: found.count() > 0)
    citizen.photo("service-09-registry")
    found.first.click()
    citizen.sees(SERVICE)
    citizen.sees("35")
    citizen.photo("service-10-entry")
    return citizen.page.url.rsplit("/", 1)[-1]


def classify(archivist: Person, number: str) -> str:
    """The archivist arranges the dossier and signs; the record stands in the archive with viewer and verdict."""
    claim(archivist, number)
    archivist.fill(
        {
            "fonds_id": Labelled("Mənzil-Kommunal Xidməti"),
            "series_id": Labelled("Xidmətlərin reyestri"),
            "file_title": "Texniki pasport xidmətinin reyestrə daxil edilməsi",
            "retention_class": "services-permanent",
            "access_level": "open",
        }
    )
    archivist.photo("service-11-classification")
    sign_exactly_what_is_shown(archivist, "classification")
    return find_the_record(archivist, number)


def find_the_record(archivist: Person, number: str) -> str:
    """In the archive: the questionnaire with the browser's viewer, its verdict and chain of custody."""
    archivist.go("/archive?text=texniki pasportunun verilməsi")
    archivist.photo("service-12-archive")
    archivist.page.locator("a.title").filter(has_text=re.compile("Anket|anket")).first.click()
    archivist.sees(
        "taken into the archive" if archivist.language == "en" else archivist.words("taken into the archive")
    )
    expect(archivist.page.locator(".head .tag.ok")).to_have_text(archivist.words("Signature valid"))
    viewer = archivist.page.locator("iframe.viewer").get_attribute("src") or ""
    assert archivist.get(viewer.split("#")[0]).startswith(b"%PDF-")
    archivist.photo("service-13-record")
    return archivist.page.url.removeprefix(archivist.url)


def look_at_the_case(responsible: Person, case_path: str) -> None:
    """The case tells everything that happened, with its diagram."""
    ended = responsible.page.get_by_text(responsible.words("Case ended"))
    responsible.wait_for(case_path, lambda: ended.count() > 0)
    expect(responsible.page.locator(".timeline .tag.ok").first).to_be_visible()
    expect(responsible.page.locator("[data-diagram] svg").first).to_be_visible()
    expect(responsible.page.locator(".djs-element.token-done").first).to_be_visible()
    responsible.photo("service-14-case")


def _changed() -> dict[str, Any]:
    """What the correction changes, in the order of the form."""
    before: dict[str, Any] = QUESTIONNAIRE
    return {name: value for name, value in CORRECTED.items() if before.get(name) != value}
