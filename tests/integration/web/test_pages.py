"""The pages as people meet them, without scripts."""

import io
import re

import pytest
import sqlalchemy as sa
from doings import QUESTIONNAIRE, begin
from flask import Flask
from visitor import Visitor

from archive.tables import DocumentRow
from processes.office import Office

DATABASES = ("sqlite",)
NOBODYS = "00000000-0000-4000-8000-000000000000"
"""an id that nothing has"""


@pytest.mark.parametrize("language", ["az", "kk", "ru", "en"])
@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/appeal", "/appeal/executive", "/track", "/registry", "/registry/statistics", "/verify"]
)
def test_public_pages_answer_in_every_language(visitor: Visitor, path: str, language: str) -> None:
    page = visitor.get(f"{path}?lang={language}")
    assert page.status_code == 200
    assert f'<html lang="{language}">' in visitor.text


@pytest.mark.parametrize(
    "path", ["/inbox", "/cases", "/cases/new", "/archive", "/supervision", "/admin", f"/tasks/{NOBODYS}"]
)
def test_who_is_not_signed_in_signs_in_first_and_goes_on(visitor: Visitor, path: str) -> None:
    visitor.get(path)
    assert visitor.path == "/sign-in"
    assert visitor.field("next") == path


@pytest.mark.parametrize("path", ["/supervision", "/admin", "/admin/audit", "/admin/outbox", "/admin/incidents"])
def test_a_page_of_somebody_elses_office_is_403_by_its_query(visitor: Visitor, path: str) -> None:
    visitor.sign_in("clerk")
    assert visitor.get(path).status_code == 403
    assert "You may not do this" in visitor.text


@pytest.mark.parametrize(
    "path", [f"/tasks/{NOBODYS}", f"/cases/{NOBODYS}", f"/sign/{NOBODYS}", f"/documents/{NOBODYS}.pdf", "/nowhere"]
)
def test_what_is_not_there_is_a_calm_404(visitor: Visitor, path: str) -> None:
    visitor.sign_in("clerk")
    assert visitor.get(path).status_code == 404
    assert "Nothing found" in visitor.text


def test_every_answer_carries_the_safety_headers(app: Flask) -> None:
    answer = app.test_client().get("/")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    cookie = app.test_client().get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_form_without_its_token_is_not_taken(visitor: Visitor) -> None:
    visitor.get("/sign-in?lang=en")
    page = visitor.post("/sign-in", {"login": "clerk", "password": visitor.accounts["clerk"].password}, token="")
    assert page.status_code == 400
    assert "Your session has ended" in visitor.text


def test_a_wrong_password_is_told_without_saying_which_was_wrong(visitor: Visitor) -> None:
    visitor.get("/sign-in?lang=en")
    page = visitor.post("/sign-in", {"login": "nobody", "password": "x"})
    assert page.status_code == 401
    assert "do not fit together" in visitor.text


def test_an_unknown_tracking_code_is_calm_and_then_slower(visitor: Visitor) -> None:
    guesser = {"REMOTE_ADDR": "203.0.113.9"}
    visitor.get("/?lang=en")
    statuses = [
        visitor.get(f"/track/ABCD-EFGH-{number:04}", environ_overrides=guesser).status_code for number in range(12)
    ]
    assert statuses[:10] == [404] * 10
    assert statuses[-1] == 429
    assert visitor.page.headers["Retry-After"]


def test_a_draft_survives_a_change_of_language(visitor: Visitor) -> None:
    begin(visitor)
    visitor.act("language:kk", {"service_name": "Yarımçıq"})
    assert '<html lang="kk">' in visitor.text
    assert visitor.field("service_name") == "Yarımçıq"


def test_a_conditional_field_appears_without_scripts(visitor: Visitor) -> None:
    begin(visitor)
    assert 'name="fee_amount"' not in visitor.text
    visitor.act("refresh", {"paid": "yes"})
    assert 'name="fee_amount"' in visitor.text


def test_what_a_hidden_field_held_comes_back_with_it(visitor: Visitor) -> None:
    begin(visitor)
    visitor.act("refresh", {"paid": "yes"})
    visitor.act("refresh", {"paid": "yes", "fee_amount": "25"})
    visitor.act("refresh", {"paid": "no", "fee_amount": "25"})
    assert 'name="fee_amount"' not in visitor.text
    visitor.act("refresh", {"paid": "yes"})
    assert visitor.field("fee_amount") == "25"


def test_the_part_for_htmx_is_the_sections_only(visitor: Visitor) -> None:
    path = begin(visitor)
    version, shown = visitor.field("_version"), visitor.field("_shown")
    visitor.post(f"{path}/part", {"_version": version, "_shown": shown, "paid": "yes"})
    assert visitor.text.lstrip().startswith('<div id="sections"')
    assert 'name="fee_amount"' in visitor.text


def test_errors_stand_in_a_summary_linked_to_their_fields(visitor: Visitor) -> None:
    begin(visitor)
    assert visitor.act("submit", {"service_name": "Ad"}).status_code == 422
    hrefs = re.findall(r'<li><a href="#(f-[a-z_]+)"', visitor.text)
    assert "f-section" in hrefs
    for href in hrefs:
        assert f'id="{href}"' in visitor.text


def test_an_unknown_field_is_a_bad_request(visitor: Visitor) -> None:
    begin(visitor)
    assert visitor.act("submit", {"salary": "1000"}).status_code == 400


def test_a_wrong_file_is_refused_with_a_reason_and_the_rest_is_kept(visitor: Visitor) -> None:
    path = begin(visitor)
    data = {
        "_version": visitor.field("_version"),
        "_shown": visitor.field("_shown"),
        "_action": "attach",
        "service_name": "Qalır",
        "_file.attachments": (io.BytesIO(b"MZ\x00\x01"), "tool.exe"),
    }
    page = visitor.post(path, data, content_type="multipart/form-data")
    assert page.status_code == 422
    assert "tool.exe" in visitor.text
    assert visitor.field("service_name") == "Qalır"


def test_somebody_elses_step_is_403_and_stands_on_the_audit_trail(visitor: Visitor) -> None:
    path = begin(visitor)
    visitor.sign_in("executor1")
    assert visitor.get(path).status_code == 403
    visitor.sign_in("admin")
    visitor.get("/admin/audit?action=case:item:refused")
    assert "case:item:refused" in visitor.text


def test_a_step_that_changed_meanwhile_is_409_and_says_so(visitor: Visitor) -> None:
    path = begin(visitor)
    stale = {"_version": "1", "_shown": "", "_action": "submit", **QUESTIONNAIRE}
    page = visitor.post(path, stale)
    assert page.status_code == 409
    assert "This step has changed meanwhile" in visitor.text


def test_a_state_secret_is_refused_at_the_public_door(visitor: Visitor) -> None:
    visitor.get("/appeal/executive?lang=en")
    own = {"_case": visitor.field("_case"), "_shown": visitor.field("_shown"), "_action": "submit"}
    page = visitor.post(visitor.path, {**own, "kind": "proposal", "text": "x", "state_secret": "yes"})
    assert page.status_code == 422
    assert "state secret must not enter" in visitor.text


def test_files_of_the_public_form_stay_through_an_error(visitor: Visitor) -> None:
    visitor.get("/appeal/executive?lang=en")
    data = {
        "_case": visitor.field("_case"),
        "_shown": visitor.field("_shown"),
        "_action": "submit",
        "_file.attachments": (io.BytesIO("Küçə 12".encode()), "şəkil.txt"),
    }
    page = visitor.post(visitor.path, data, content_type="multipart/form-data")
    assert page.status_code == 422
    assert "şəkil.txt" in visitor.text
    assert visitor.field("_kept")


def test_an_unknown_verification_code_and_a_broken_file_end_in_a_page(visitor: Visitor) -> None:
    assert visitor.get("/verify/AAAAA-BBBBB?lang=en").status_code == 404
    visitor.post("/verify", {"file": (io.BytesIO(b"no pdf at all"), "a.pdf")}, content_type="multipart/form-data")
    assert visitor.page.status_code == 200
    assert "must not be relied on" in visitor.text
    assert "No signed document could be read in it." in visitor.text
    assert "A signature does not fit" not in visitor.text


TICK = "M16 24.5l6 6L41 12"
"""the stroke of the mark that says yes"""


def test_several_files_are_verified_together(visitor: Visitor, office: Office) -> None:
    with office.reading() as uow:
        documents = uow.session.scalars(sa.select(DocumentRow.id).limit(2)).all()
        first, second = (uow.archive.fetch(one) for one in documents)

    def handed_in(*files: tuple[str, bytes], **more: str) -> None:
        visitor.get("/verify?lang=en")
        data = {"file": [(io.BytesIO(content), name) for name, content in files], **more}
        visitor.post("/verify", data, content_type="multipart/form-data")

    lot = (("a.pdf", first), ("a.pdf", second), ("b.pdf", b"no pdf at all"))
    handed_in(*lot)
    for told in ("2 of 3 documents are genuine", "a.pdf (2)", "b.pdf", "The file is damaged, encrypted or no PDF."):
        assert told in visitor.text
    assert "Not a readable signed document" in visitor.text
    assert "Signature not valid" not in visitor.text
    assert visitor.page.text.count(TICK) == 1, "only the mark of the product, none of the lot"
    handed_in(*lot[:2])
    assert "All 2 documents are genuine" in visitor.text
    assert visitor.page.text.count(TICK) == 2
    handed_in(*lot, format="json")
    assert [one["file"] for one in visitor.page.json or ()] == ["a.pdf", "a.pdf (2)", "b.pdf"]
    handed_in(*(("a.pdf", b"x") for _ in range(21)))
    assert (visitor.page.status_code, visitor.errors) == (413, ["Choose at most 20 files."])


def test_the_registry_leaves_as_csv_and_json(visitor: Visitor) -> None:
    assert visitor.get("/registry/services.json").json == []
    assert visitor.get("/registry/services.csv").data.decode("utf-8-sig").startswith("number")
    assert visitor.get("/registry/services/ER-999999").status_code == 404


@pytest.mark.parametrize("path", ["/inbox?text=%00", "/registry?section=a%00b", "/track/AB%00CD", "/cases?%00=1"])
def test_a_nul_in_an_address_is_a_bad_request(visitor: Visitor, path: str) -> None:
    visitor.sign_in("clerk")
    assert visitor.get(path).status_code == 400


def test_a_crash_is_a_calm_page_with_its_number(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor.sign_in("clerk")

    def fails(*_args: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("web.blueprints.inbox.inbox", fails)
    monkeypatch.setattr("web.shell.open_count", fails)
    page = visitor.get("/inbox")
    assert page.status_code == 500
    assert "Something went wrong on our side" in visitor.text
    assert page.headers["X-Request-Id"] in visitor.text
    assert "disk" not in visitor.text


def test_a_file_is_attached_listed_and_removed(visitor: Visitor) -> None:
    path = begin(visitor)
    own = {"_version": visitor.field("_version"), "_shown": visitor.field("_shown"), "_action": "attach"}
    data = {**own, "_file.attachments": (io.BytesIO("Mətn".encode()), "əsas.txt")}
    visitor.post(path, data, content_type="multipart/form-data")
    assert "əsas.txt" in visitor.text
    removal = re.search(r'value="(remove:[0-9a-f-]+)"', visitor.text)
    assert removal
    visitor.act(removal[1], {})
    assert "əsas.txt" not in visitor.text
