"""The small parts of the pages."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from werkzeug.exceptions import BadRequest

from processes import errors as processes_errors
from processes.errors import ProcessesError
from processes.queries.diff import word_diff
from processes.queries.inbox_filter import DueFilter, Tab
from processes.queries.matching import spellings
from processes.queries.paging import Paging
from processes.queries.registry import Share
from web import errors, i18n, requests, session, vendor, words
from web.documents import pdf, served


@pytest.mark.parametrize(
    "target", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere", "", None, "/a\nb"]
)
def test_after_signing_in_nobody_is_led_elsewhere(target: str | None) -> None:
    assert session.safe_target(target) is None


def test_after_signing_in_one_goes_on_where_one_wanted() -> None:
    assert session.safe_target("/tasks/1?x=2") == "/tasks/1?x=2"


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("0", 1), ("-3", 1), ("²", 1), ("9" * 40, 1), (None, 1), ("1e3", 1)]
)
def test_a_page_number_is_a_small_positive_number_or_one(text: str | None, number: int) -> None:
    assert requests.number(text) == number


def test_an_unknown_choice_is_the_default() -> None:
    assert requests.choice(Tab, "nonsense", Tab.MINE) is Tab.MINE
    assert requests.choice(DueFilter, "late", DueFilter.ANY) is DueFilter.LATE


def test_a_version_that_is_no_number_is_refused() -> None:
    with Flask("any").test_request_context(method="POST", data={"_version": "12; drop"}), pytest.raises(BadRequest):
        requests.version()


def test_pages_count_from_one() -> None:
    paging = Paging(page=2, total=51)
    assert (paging.pages, paging.first, paging.last, paging.offset) == (2, 51, 51, 50)
    assert Paging(page=1, total=0).first == 0


def test_a_share_of_nothing_is_not_assessed() -> None:
    assert Share(count=0, total=0).percent is None
    assert Share(count=1, total=3).percent == 33


def test_a_changed_word_is_marked_and_the_rest_is_kept() -> None:
    pieces = [(piece.change, piece.text) for piece in word_diff("fee of 10 manat", "fee of 12 manat")]
    assert pieces == [("kept", "fee of "), ("deleted", "10"), ("inserted", "12"), ("kept", " manat")]


def test_very_long_texts_are_shown_as_replaced() -> None:
    pieces = word_diff("a " * 3000, "b " * 3000)
    assert [piece.change for piece in pieces] == ["deleted", "inserted"]


def test_a_search_finds_the_dotted_and_the_dotless_i() -> None:
    assert {"İşıq", "işıq", "İŞIQ"} <= spellings("işıq")


def test_dates_are_written_as_offices_write_them() -> None:
    assert i18n.day("2026-04-08") == i18n.day(date(2026, 4, 8)) == "08.04.2026"
    assert i18n.day("next week") == "next week"
    assert i18n.moment(datetime(2026, 4, 7, 20, 30, tzinfo=UTC), "Asia/Baku") == "08.04.2026, 00:30"


def test_a_certificate_is_called_by_its_name() -> None:
    name = r"CN=Quliyev Anar\, adviser,2.5.4.5=922a,O=Agency,C=AZ"
    assert words.name_of(name) == "Quliyev Anar, adviser, Agency"


def test_a_file_is_never_sniffed_and_keeps_its_name() -> None:
    response = served(b"x", 'Şəkil "1"\r\nSet-Cookie: a.txt', "text/plain", download=True)
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=")
    assert "\n" not in disposition
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_pdf_opens_in_the_browser() -> None:
    response = pdf(b"%PDF-1.7", "R-2026-000001/1.pdf")
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("inline")


def all_errors(kind: type[ProcessesError] = ProcessesError) -> list[type[ProcessesError]]:
    return [each for child in kind.__subclasses__() for each in (child, *all_errors(child))]


def test_every_error_of_the_use_cases_has_a_status() -> None:
    ours = {"processes-error", "configuration", "forms-error", "unknown-form", "form-invalid"}
    known = {each.code for each in all_errors() if each.__module__ == processes_errors.__name__}
    assert known - ours <= set(errors.STATUS)


def test_every_static_file_has_a_hash_in_its_address() -> None:
    app = Flask("web", static_folder=str(vendor.STATIC))
    files = vendor.StaticFiles()
    with app.test_request_context():
        assert "?v=" in files.url("css/karguzar.css")
        assert 'integrity="sha256-' in files.style("css/karguzar.css")
