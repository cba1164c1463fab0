"""The long ways through the pages, and every query behind them, on both databases."""

import io
import re

import pytest
from doings import QUESTIONNAIRE, begin
from visitor import Visitor, work

from processes.office import Office

DATABASES = ("sqlite", "postgresql")


@pytest.mark.parametrize("tab", ["mine", "group", "substitute", "done"])
@pytest.mark.parametrize("due", ["", "late", "today", "week", "none"])
def test_every_part_of_the_inbox_answers(visitor: Visitor, tab: str, due: str) -> None:
    visitor.sign_in("deputy")
    assert visitor.get(f"/inbox?tab={tab}&due={due}&text=İş&process=citizen-appeal&page=2").status_code == 200


def test_the_supervisors_and_the_administrators_pages_answer(visitor: Visitor) -> None:
    visitor.sign_in("supervisor")
    for path in ("/supervision", "/cases?overdue=yes", "/archive?text=əmr&sort=relevance"):
        assert visitor.get(path).status_code == 200
    visitor.sign_in("admin")
    for path in (
        "/admin",
        "/admin/certificates",
        "/admin/trust",
        "/admin/outbox",
        "/admin/incidents",
        "/admin/audit?action=person:&text=x",
    ):
        assert visitor.get(path).status_code == 200


def test_a_questionnaire_is_signed_reviewed_returned_and_shown(visitor: Visitor, office: Office) -> None:
    begin(visitor)
    visitor.act("submit", QUESTIONNAIRE)
    assert visitor.path.startswith("/sign/"), visitor.errors
    attempt = visitor.path
    document = visitor.get(f"{attempt}/document.pdf")
    assert document.data.startswith(b"%PDF-")
    visitor.get(attempt)
    assert visitor.post(attempt, {"pin": "wrong-pin"}).status_code == 422
    assert "tries are left" in visitor.text
    visitor.sign("responsible1")
    assert visitor.path.endswith("/receipt")
    case = visitor.link("/cases/[0-9a-f-]+")
    # the same signature again, by a back button and a double click: the same receipt
    visitor.get(attempt)
    assert visitor.path.endswith("/receipt")

    work(office)
    visitor.sign_in("operator")
    visitor.get("/inbox?tab=group")
    step = visitor.link("/tasks/[0-9a-f-]+")
    visitor.get(step)
    assert 'name="remark:service_name"' in visitor.text
    assert "If you sign today" in visitor.text
    visitor.act(
        "submit",
        {
            "completeness": "incomplete",
            "correctness": "correct",
            "decision": "deficient",
            "conclusion": "Xidmətin adı normativ aktdakı addan fərqlidir, düzəldilməlidir.",
        },
        **{"remark:service_name": "Aktdakı kimi yazın."},
    )
    assert visitor.path.startswith("/sign/"), visitor.errors
    visitor.sign("operator")
    work(office)

    visitor.get(case)
    assert "Aktdakı kimi yazın." in visitor.text
    assert "responsible person" in visitor.text
    assert visitor.get(visitor.link(f'{case}/questionnaire-submission.bpmn[^"]*')).status_code == 200
    visitor.get(case)
    document = visitor.get(visitor.link(r"/documents/[0-9a-f-]+\.pdf"))
    assert document.mimetype == "application/pdf"
    _the_search_is_narrowed_and_kept(visitor)
    visitor.get("/archive?text=güzəşt")
    visitor.get(visitor.link("/archive/[0-9a-f-]+"))
    assert "Chain of custody" in visitor.text


def _the_search_is_narrowed_and_kept(visitor: Visitor) -> None:
    visitor.get("/archive?text=güzəştt")
    assert "words that differ by a letter" in visitor.text
    for narrowed in ("year=2008", "year=never", "fonds=none", "dated_to=2001-01-01", "unit=x", "signer=x", "number=1"):
        visitor.get(f"/archive?text=güzəşt&{narrowed}")
        assert "No document fits" in visitor.text
    visitor.get("/archive?text=güzəşt&type=questionnaire&page=2&as_of=1")
    assert "No document fits" in visitor.text
    visitor.get("/archive?text=güzəşt&type=questionnaire")
    kept = {"name": "Benefits", "text": "güzəşt", "type": "questionnaire", "page": "7", "as_of": "1"}
    visitor.post("/archive/searches", kept)
    assert 'aria-current="true">Benefits</a>' in visitor.text, "page and as_of are not kept"
    visitor.get("/inbox")
    assert "Benefits" not in visitor.text, "the inbox has views of its own"
    visitor.get("/archive")
    forget = re.search("/archive/searches/[0-9a-f-]+/forget", visitor.text)
    assert forget
    visitor.post(forget[0], {})
    assert "Benefits" not in visitor.text


APPEAL = {
    "kind": "application",
    "territory": "shafag",
    "topic": "roads",
    "collective": "no",
    "applicant_name": "Əliyeva Nərgiz",
    "applicant_email": "nargiz@example.az",
    "text": "Küçəmizdə işıq yoxdur 😀 " + "ş" * 4000,
    "state_secret": "no",
}


def test_who_brings_an_appeal_on_paper_gets_the_code_from_the_clerk(visitor: Visitor, office: Office) -> None:
    visitor.sign_in("clerk")
    visitor.get("/cases/new")
    visitor.get(visitor.link("/cases/new/citizen-appeal/[0-9a-f-]+"))
    own = {"_case": visitor.field("_case"), "_shown": visitor.field("_shown")}
    visitor.post(visitor.path, {**own, **APPEAL, "channel": "paper", "_action": "submit"})
    visitor.get(f"/cases/{own['_case']}")
    code = re.search(r"data-tracking-code>([^<]+)<", visitor.text)
    assert code, visitor.text
    work(office)
    visitor.sign_in("supervisor")
    visitor.get(f"/cases/{own['_case']}")
    assert "data-tracking-code" not in visitor.text, "a code is the clerk's to hand over"
    visitor.post("/sign-out")
    visitor.get(f"/track/{code[1]}?lang=en")
    assert "Your appeal is registered" in visitor.text


def test_a_citizen_submits_follows_and_reads(visitor: Visitor, office: Office) -> None:
    visitor.get("/appeal/executive?lang=en")
    own = {"_case": visitor.field("_case"), "_shown": visitor.field("_shown")}
    visitor.post(visitor.path, {**own, **APPEAL, "_action": "submit"})
    assert visitor.path == "/appeal/received", visitor.text
    code = re.search(r'class="code">([^<]+)<', visitor.text)
    assert code
    work(office)
    assert visitor.get(f"/track/{code[1].lower()}").status_code == 200
    receipt = visitor.link(r"/track/[^\"]+\.pdf")
    pdf = visitor.get(receipt).data
    assert pdf.startswith(b"%PDF-")
    visitor.get("/verify")
    visitor.post("/verify", {"file": (io.BytesIO(pdf), "receipt.pdf")}, content_type="multipart/form-data")
    assert "The document is genuine" in visitor.text

    visitor.sign_in("clerk")
    visitor.get("/inbox?tab=group")
    visitor.get(visitor.link("/tasks/[0-9a-f-]+"))
    assert "What the applicant wrote" in visitor.text
    assert "😀" in visitor.text


def test_a_login_with_a_nul_is_only_a_wrong_login(visitor: Visitor) -> None:
    visitor.get("/sign-in?lang=en")
    assert visitor.post("/sign-in", {"login": "cle\x00rk", "password": "a\x00b"}).status_code == 401
