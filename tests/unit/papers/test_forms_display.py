"""How fields read on documents and review pages."""

import json
from pathlib import Path

import pytest

from processes.forms import form_from_files, format_date, format_number
from tests.unit.papers.samples import LANGUAGES, executors

ROOT = Path(__file__).parents[3]
SCHEMAS = sorted(ROOT.glob("bpmn/*/forms/*.schema.json"))

FIELDS = {
    "name": "Passport",
    "starts": "2026-03-19",
    "ends": "2026-04-19",
    "recipients": ["natural", "legal"],
    "paid": "yes",
    "fee": 1250.5,
    "price": "99999.90",
    "copies": 3,
    "term": 15,
    "electronic": True,
    "files": [{"name": "act.pdf", "sha256": "00", "bytes": 1}],
    "executor": "p-1",
    "decision": "accept",
    "outcome": "accepted",
}


def test_rows_are_in_words(form):
    shown = dict(row for _, rows in form.display(FIELDS, "az", executors) for row in rows)
    assert shown == {
        "Name az": "Passport",
        "Starts az": "19.03.2026",
        "Ends az": "19.04.2026",
        "Recipients az": "Natural az\nLegal az",
        "Paid az": "Yes az",
        "Fee az": "1\xa0250,5\xa0manat az",
        "Price az": "99\xa0999,90",
        "Copies az": "3",
        "Term az": "15 az",
        "Electronic az": "Bəli",
        "Files az": "act.pdf",
        "Executor az": "Leyla Əliyeva",
        "Decision az": "Accept az",
    }


def test_sections_without_values_are_left_out(form):
    assert [section.id for section in form.rows({"name": "x"}, "en")] == ["service"]


def test_an_unknown_option_is_shown_as_it_is_stored(form):
    assert form.rows({"executor": "gone"}, "en")[0].rows[0].value == "gone"


def test_the_decision_in_words(form):
    assert form.decision_label(FIELDS, "kk") == "Accept kk"
    assert form.decision_label({}, "kk") == ""


def test_changes_between_two_rounds(form):
    after = {**FIELDS, "fee": 1300, "copies": None, "story": "New"}
    assert [(c.field, c.before, c.after) for c in form.changes(FIELDS, after, "en", executors)] == [
        ("story", "—", "New"),
        ("fee", "1,250.5\xa0manat en", "1,300\xa0manat en"),
        ("copies", "3", "—"),
    ]
    assert form.changes(FIELDS, dict(FIELDS), "en") == ()


@pytest.mark.parametrize(
    ("value", "az", "en"),
    [
        (0, "0", "0"),
        (1234567, "1\xa0234\xa0567", "1,234,567"),
        (0.1, "0,1", "0.1"),
        (-1250.5, "-1\xa0250,5", "-1,250.5"),
        (1e20, "1e+20", "1e+20"),
        ("12.50", "12,50", "12.50"),
        ("twelve", "twelve", "twelve"),
    ],
)
def test_numbers_read_as_in_each_language(value, az, en):
    assert format_number(value, "az") == az
    assert format_number(value, "en") == en


def test_dates_read_as_they_are_written_here():
    assert format_date("2026-03-19") == "19.03.2026"
    assert format_date("soon") == "soon"


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_every_form_of_every_package_can_be_opened_in_every_language(schema):
    ui = json.loads(schema.with_name(schema.name.replace(".schema.", ".ui.")).read_text())
    form = form_from_files(schema.name, json.loads(schema.read_text()), ui)
    for language in LANGUAGES:
        assert form.title(language)
        assert all(form.labels(language).values())
        assert all(check.messages[language] for check in form.checks)
