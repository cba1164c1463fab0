"""A small form with one of everything, and a document."""

from datetime import UTC, date, datetime
from typing import Any

from engine.deadlines import WorkingCalendar
from processes.documents import DocumentSection, OfficeDocument, SignerBlock
from processes.forms import FormContext, Option

LANGUAGES = ("az", "kk", "ru", "en")


def four(text: str) -> dict[str, str]:
    return {language: f"{text} {language}" for language in LANGUAGES}


SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "paid", "fee", "starts", "decision"],
    "properties": {
        "name": {"type": "string", "minLength": 3, "maxLength": 40},
        "story": {"type": "string"},
        "paid": {"type": "string", "enum": ["yes", "no"]},
        "fee": {"type": "number", "minimum": 0, "maximum": 10000},
        "price": {"type": "string"},
        "copies": {"type": "integer", "minimum": 1},
        "term": {"type": "integer", "enum": [15, 30]},
        "starts": {"type": "string", "format": "date"},
        "email": {"type": "string", "format": "email"},
        "phone": {"type": "string", "pattern": "^[0-9+ ]+$"},
        "recipients": {"type": "array", "items": {"enum": ["natural", "legal"]}, "uniqueItems": True, "maxItems": 2},
        "executor": {"type": "string"},
        "electronic": {"type": "boolean"},
        "system": {"type": "string"},
        "files": {"type": "array", "maxItems": 3},
        "ends": {"type": "string"},
        "outcome": {"type": "string"},
        "decision": {"type": "string", "enum": ["accept", "return"]},
    },
}


def _field(label: str, **more: Any) -> dict[str, Any]:
    return {"label": four(label), **more}


def _options(*values: str) -> list[dict[str, Any]]:
    return [{"value": value, "label": four(value.title())} for value in values]


UI: dict[str, Any] = {
    "title": four("Form"),
    "intro": four("Intro"),
    "sections": [
        {"id": "service", "title": four("Service"), "fields": ["name", "story", "starts", "ends", "recipients"]},
        {"id": "money", "title": four("Money"), "fields": ["paid", "fee", "price", "copies", "term"]},
        {
            "id": "electronic",
            "title": four("Electronic"),
            "fields": ["electronic", "system", "email", "phone", "files"],
            "visible": "case_kind != 'paper'",
        },
        {"id": "decision", "title": four("Decision"), "fields": ["executor", "decision"]},
    ],
    "fields": {
        "name": _field("Name", widget="text", required_message=four("Say the name.")),
        "story": _field("Story", widget="textarea", rows=4),
        "paid": _field("Paid", widget="radios", options=_options("yes", "no")),
        "fee": _field("Fee", widget="number", visible="paid == 'yes'", unit=four("manat")),
        "price": _field("Price", widget="money"),
        "copies": _field("Copies", widget="number"),
        "term": _field("Term", widget="radios", options=_options("15", "30")),
        "starts": _field("Starts", widget="date"),
        "ends": _field("Ends", widget="readonly"),
        "email": _field("E-mail", widget="text"),
        "phone": _field("Phone", widget="text"),
        "recipients": _field("Recipients", widget="checkboxes", options=_options("natural", "legal")),
        "executor": _field("Executor", widget="person", options_from="executors"),
        "electronic": _field("Electronic", widget="yesno"),
        "system": _field("System", widget="text", visible="electronic == True"),
        "files": _field("Files", widget="file"),
        "decision": _field("Decision", widget="radios", options=_options("accept", "return")),
    },
    "computed": [
        {"field": "ends", "expression": "str(months(1, starts))"},
        {"field": "outcome", "expression": "'accepted' if decision == 'accept' else 'returned'"},
    ],
    "checks": [
        {
            "id": "free-with-fee",
            "when": "paid == 'no' and not empty(fee)",
            "field": "paid",
            "severity": "error",
            "message": four("A free service has no fee."),
        },
        {
            "id": "starts-late",
            "when": "not empty(starts) and date(starts) > today()",
            "field": "starts",
            "severity": "warning",
            "message": four("It starts in the future."),
            "law": "C11",
        },
    ],
    "prefill": "last",
}

ANSWERS: dict[str, Any] = {
    "name": "Passport",
    "paid": "no",
    "starts": "2026-03-01",
    "decision": "accept",
    "electronic": False,
}
"""a valid submission"""


def executors(source: str) -> list[Option]:
    assert source == "executors"
    return [Option(value="p-1", label=dict.fromkeys(LANGUAGES, "Leyla Əliyeva"))]


def make_context(**variables: Any) -> FormContext:
    return FormContext(
        now=datetime(2026, 3, 19, 9, tzinfo=UTC),
        time_zone="Asia/Baku",
        calendar=WorkingCalendar("AZ", {}),
        variables={"case_kind": "portal", **variables},
        options=executors,
    )


def make_document(**changes: Any) -> OfficeDocument:
    values: dict[str, Any] = {
        "kind": "step",
        "language": "az",
        "body": "Mənzil Təsərrüfatı İdarəsi",
        "number": "R-2026-000128/2",
        "title": "Xidmət anketi",
        "date": date(2026, 3, 19),
        "signer": SignerBlock(name="Leyla Əliyeva", capacity="Məsul şəxs", ground="45-K, 14.03.2026", certificate="3F"),
        "step": {"number": "R-2026-000128/2", "fields": {"ad": "ə 😀"}},
        "sections": (DocumentSection(title="Xidmət", rows=(("Ad", "Tikinti"),)),),
        "verify_code": "7KQ2-9F4M",
        "verify_url": "https://office.example/verify/7KQ2-9F4M",
    }
    return OfficeDocument(**(values | changes))
