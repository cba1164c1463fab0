"""A citizen's appeal: from the public form to the signed answer, in Azerbaijani and in Kazakh."""

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect
from pypdf import PdfReader

from acceptance import shipped
from acceptance.person import SCREENSHOTS, Labelled, Person, plain
from acceptance.services import claim, open_mine, sign_exactly_what_is_shown

if TYPE_CHECKING:
    from acceptance.town import Town

PACKAGE = "citizen-appeal"
CODE = re.compile(r"\b(?:[0-9A-Z]{5}-\s*){5}[0-9A-Z]\b")
"""the code below the QR of every document, on two lines"""
PHOTO_OF_THE_ROAD = b"\x89PNG\r\n\x1a\n" + bytes.fromhex(
    "0000000d4948445200000001000000010802000000907753de0000000c49444154789c63d8b2650b0003f101f800d3d8b00000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who does what with an appeal in one body, and what they write."""

    body: str
    title: str
    language: str
    scenario: str
    clerk: str
    head: str
    lead: tuple[str, str]
    """login and name"""
    colleague: tuple[str, str]
    signer: str
    acts_for: str | None
    """the name of the head a substitute signs for"""
    answered: str
    """how the tracking page says that there is an answer, word for word"""

    def fields(self, element: str) -> dict[str, Any]:
        return shipped.fields(PACKAGE, self.scenario, element)

    @property
    def appeal(self) -> dict[str, Any]:
        return shipped.start_fields(PACKAGE, self.scenario)


EXECUTIVE = Cast(
    body="executive",
    title="Şəfəq Rayon İcra Hakimiyyəti",
    language="az",
    scenario="answered-in-15-working-days",
    clerk="clerk",
    head="head",
    lead=("executor1", "Həsənov Ramin Zaur oğlu"),
    colleague=("executor2", "Ağayeva Ülviyyə Sabir qızı"),
    signer="deputy",
    acts_for="Əliyev Şükür İsmayıl oğlu",
    answered="Müraciətinizə cavab verilib",
)
AKIMAT = Cast(
    body="akimat",
    title="Самал ауданының әкімдігі",
    language="kk",
    scenario="akimat-in-kazakh",
    clerk="akimat.clerk",
    head="akim",
    lead=("akimat.executor1", "Жұмабаев Ерлан Төлегенұлы"),
    colleague=("akimat.executor2", "Өтегенова Гүлнұр Қайратқызы"),
    signer="akim",
    acts_for=None,
    answered="Жолданымыңызға жауап берілді",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What a citizen holds after sending an appeal."""

    number: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the journey left behind."""

    number: str
    code: str
    case_path: str
    answer: bytes
    verify_code: str


def submit_and_answer(town: "Town", cast: Cast) -> Answered:
    """The whole way, from the citizen's first page to the answer they read and verify."""
    citizen = town.citizen(cast.language)
    submitted = submit(citizen, cast)
    follow_it(citizen, submitted, cast)
    register(town.officer(cast.clerk), submitted.number, cast)
    case_path = resolve(town.officer(cast.head), submitted.number, cast)
    prepare(town.officer(cast.lead[0]), submitted.number, cast)
    agree(town.officer(cast.colleague[0]), submitted.number, cast)
    sign_the_answer(town.officer(cast.signer), submitted.number, cast)
    answer = read_the_answer(citizen, submitted, cast)
    verify_code = verify_it(citizen, answer, cast)
    return Answered(
        number=submitted.number,
        code=submitted.code,
        case_path=case_path,
        answer=answer,
        verify_code=verify_code,
    )


def submit(citizen: Person, cast: Cast) -> Submitted:
    """From the first page, without an account; a picture goes with it."""
    citizen.go("/")
    citizen.photo("appeal-01-home")
    citizen.follow("Submit an appeal")
    citizen.photo("appeal-02-bodies")
    citizen.page.get_by_role("link", name=cast.title).click()
    citizen.fill(cast.appeal)
    citizen.page.set_input_files(
        "#f-attachments", [{"name": "yol.png", "mimeType": "image/png", "buffer": PHOTO_OF_THE_ROAD}]
    )
    citizen.photo("appeal-03-form")
    citizen.press("Send the appeal")
    citizen.reads("Your appeal has been received")
    citizen.photo("appeal-04-received")
    code = citizen.page.locator(".code").inner_text()
    number = re.search(rf"M-{cast.body.upper()}-\d{{4}}-\d{{6}}", citizen.page.locator("main").inner_text())
    assert number, "the receipt names the number"
    return Submitted(number=number[0], code=code)


def submit_quickly(town: "Town", body: str, **fields: Any) -> Submitted:
    """An appeal for tests that are about something else: the form filled by the protocol, not by hand."""
    citizen = town.citizen("az")
    page = f"/appeal/{body}"
    citizen.go(page)
    hidden = {name: citizen.value_of(name) for name in ("csrf_token", "_case")}
    entered = EXECUTIVE.appeal | {"territory": "bulaq"} | fields
    form = hidden | {name: plain(value) for name, value in entered.items()} | {"_action": "submit"}
    answer = citizen.context.request.post(page, form=form)
    number = re.search(r"M-[A-Z]+-\d{4}-\d{6}", answer.text())
    code = re.search(r'class="code">([^<]+)<', answer.text())
    assert number, answer.text()
    assert code, answer.text()
    return Submitted(number=number[0], code=code[1])


def follow_it(citizen: Person, submitted: Submitted, cast: Cast) -> None:
    """The track shows the receipt as soon as it is sealed, and the day the answer is due, in plain words."""
    citizen.follow("See how it stands")
    citizen.reads("Your appeal is registered")
    receipt = citizen.page.locator(".timeline li").filter(has_text=citizen.words("Sealed receipt issued"))
    citizen.wait_for(f"/track/{submitted.code}", lambda: receipt.count() > 0)
    citizen.photo("appeal-05-track")
    paper = citizen.get(receipt.get_by_role("link").get_attribute("href") or "")
    text = text_of(paper)
    assert submitted.number in text
    assert cast.title in text


def register(clerk: Person, number: str, cast: Cast) -> None:
    """The clerk sees what the citizen wrote and sent along, and confirms the registration."""
    claim(clerk, number)
    clerk.sees(cast.appeal["text"].split("\n")[0])
    clerk.sees("yol.png")
    clerk.fill(cast.fields("registration_check"))
    clerk.photo("appeal-06-registration")
    sign_exactly_what_is_shown(clerk, "registration")


def resolve(head: Person, number: str, cast: Cast) -> str:
    """The head names who answers, and until when."""
    claim(head, number)
    fields = cast.fields("resolution") | {
        "lead_executor": Labelled(cast.lead[1]),
        "co_executors": [cast.colleague[1]],
    }
    head.fill(fields)
    head.photo("appeal-07-resolution")
    case_path = head.page.locator(".over a").get_attribute("href") or ""
    sign_exactly_what_is_shown(head, "resolution")
    return case_path


def prepare(lead: Person, number: str, cast: Cast) -> None:
    """The step is the lead executor's own, nobody has to claim it."""
    open_mine(lead, number)
    lead.fill(cast.fields("prepare_answer"))
    lead.photo("appeal-08-answer")
    sign_exactly_what_is_shown(lead, "draft-answer")


def agree(colleague: Person, number: str, cast: Cast) -> None:
    """A second pair of eyes reads the draft and agrees."""
    claim(colleague, number)
    colleague.sees(cast.fields("prepare_answer")["answer_text"].split("\n")[1])
    colleague.fill(cast.fields("agree_answer"))
    colleague.photo("appeal-09-agreement")
    sign_exactly_what_is_shown(colleague, "agreement")


def sign_the_answer(signer: Person, number: str, cast: Cast) -> None:
    """The head signs, or the deputy for the head: the page and the document say for whom and on what ground."""
    claim(signer, number, tab="substitute" if cast.acts_for else "group")
    assert signer.value_of("answer_text") == cast.fields("prepare_answer")["answer_text"], "prefilled with the draft"
    signer.fill({"decision": "sign"})
    signer.photo("appeal-10-signature")
    acting = signer.words("acting for %(name)s", name=cast.acts_for) if cast.acts_for else ""
    signer.sees(acting)
    signer.press("Go on to signing")
    signer.page.wait_for_url("**/sign/*")
    signer.sees(acting)
    signer.page.go_back()
    sign_exactly_what_is_shown(signer, "answer")


def read_the_answer(citizen: Person, submitted: Submitted, cast: Cast) -> bytes:
    """By the code, typed as people type it."""
    citizen.go("/track")
    citizen.page.fill("#code", submitted.code.lower().replace("-", " "))
    citizen.press("See how it stands")
    answer = citizen.page.get_by_role("link", name=citizen.words("Read the answer (PDF)"))
    citizen.wait_for(f"/track/{submitted.code}", lambda: answer.count() > 0)
    assert citizen.heading() == cast.answered
    citizen.photo("appeal-11-answered")
    paper = citizen.get(answer.get_attribute("href") or "")
    text = " ".join(text_of(paper).split())
    assert " ".join(cast.fields("prepare_answer")["answer_text"].split("\n")[1].split())[:60] in text
    if cast.acts_for:
        assert cast.acts_for in text, "the document says for whom the deputy signed"
    return paper


def verify_it(citizen: Person, answer: bytes, cast: Cast) -> str:
    """By upload and by the code on its page; a changed byte is told."""
    (SCREENSHOTS / cast.language / "answer.pdf").write_bytes(answer)
    citizen.go("/verify")
    upload(citizen, answer)
    citizen.reads("The document is genuine")
    if cast.acts_for:
        citizen.reads("acting for %(name)s", name=cast.acts_for)
    citizen.photo("appeal-12-verified")
    found = CODE.search(text_of(answer))
    assert found, "the document shows its code"
    code = "".join(found[0].split())
    citizen.follow("Verify another")
    citizen.page.fill("#code", code)
    citizen.press("Verify the document")
    citizen.reads("The document is genuine")
    citizen.does_not_see(cast.appeal["applicant_name"])  # nothing of the content is told
    middle = answer.index(b"stream") + 60
    citizen.go("/verify")
    upload(citizen, answer[:middle] + bytes([answer[middle] ^ 1]) + answer[middle + 1 :])
    citizen.reads("The document must not be relied on")
    citizen.photo("appeal-13-forged")
    return code


def upload(citizen: Person, content: bytes) -> None:
    citizen.page.set_input_files("#file", [{"name": "cavab.pdf", "mimeType": "application/pdf", "buffer": content}])
    citizen.press("Verify the file")


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def case_ended(officer: Person, case_path: str) -> None:
    ended = officer.page.get_by_text(officer.words("Case ended"))
    officer.wait_for(case_path, lambda: ended.count() > 0)
    expect(officer.page.locator(".timeline .tag.ok").first).to_be_visible()
