"""From the names and texts of an HTML form to typed fields."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from processes.forms.errors import UnknownField
from processes.forms.model import FormField, FormSpec
from processes.forms.text import clean_text

REMARK_PREFIX = "remark:"
"""a reviewer's remark on a field is posted as `remark:<field>`"""
_OWN_NAMES = ("_", "csrf_token", REMARK_PREFIX)
"""names that begin so belong to the page, not to the form"""
_TRUE = frozenset({"yes", "true", "on", "1"})
_FALSE = frozenset({"no", "false", "off", "0"})
_LOCAL_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_SPACES = re.compile(r"[\s'’]+")
_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d+)?", re.ASCII)
_LONGEST_NUMERAL = 30
_DATE_PARTS = ("day", "month", "year")


def parse_post(form: FormSpec, post: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Typed values of the fields that hold something. What cannot be read as its type stays the text that was typed,
    so that nothing a person wrote is lost; `validate` says what is wrong with it. Raises UnknownField.
    """
    fields: dict[str, Any] = {}
    for name, texts in _joined_dates(form, post).items():
        if name.startswith(_OWN_NAMES):
            continue
        field = form.fields.get(name)
        if field is None:
            raise UnknownField(form.id, name)
        value = _value(field, texts) if field.posted else None
        if value not in (None, "", []):
            fields[name] = value
    return fields


def parse_remarks(form: FormSpec, post: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """The remarks {field, text} of a review, posted as `remark:<field>`, for fields of `form` (the reviewed one).
    Raises UnknownField.
    """
    remarks = []
    for name, texts in post.items():
        field = name.removeprefix(REMARK_PREFIX)
        if field == name:
            continue
        if field not in form.fields:
            raise UnknownField(form.id, field)
        text = clean_text(texts[-1] if texts else "")
        if text:
            remarks.append({"field": field, "text": text})
    return remarks


def parse_date(text: str) -> str | None:
    """ISO date from 19.03.2026, 19/3/2026 or 2026-03-19; None if it is none."""
    local, iso = _LOCAL_DATE.fullmatch(text), _ISO_DATE.fullmatch(text)
    if local:
        day, month, year = map(int, local.groups())
    elif iso:
        year, month, day = map(int, iso.groups())
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def parse_number(text: str) -> Decimal | None:
    """A number as people here write it: `1 250,50`, `1250.50`, `1.250,50`. None if it is none, or could be read in two
    ways (`1,250`: one and a quarter or more than a thousand?).
    """
    text = _SPACES.sub("", text)
    if len(text) > _LONGEST_NUMERAL:
        return None
    plain, grouped = _PLAIN.fullmatch(text), _GROUPED.fullmatch(text)
    if bool(plain) == bool(grouped):
        return None
    if grouped:
        text = text.replace(grouped[1], "")
    return Decimal(text.replace(",", "."))


def _joined_dates(form: FormSpec, post: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """The post, with `<field>-day`, `<field>-month` and `<field>-year` as one date a field."""
    joined: dict[str, Sequence[str]] = dict(post)
    for name, field in form.fields.items():
        parts = [joined.pop(f"{name}-{part}", None) for part in _DATE_PARTS] if field.widget == "date" else []
        texts = [texts[-1].strip() if texts else "" for texts in parts]
        if any(texts):
            joined[name] = [".".join(texts)]
    return joined


def _value(field: FormField, texts: Sequence[str]) -> Any:
    if field.many:
        cleaned = [clean_text(text, one_line=True) for text in texts]
        return [text for text in cleaned if text]
    text = clean_text(texts[-1] if texts else "", one_line=field.widget != "textarea")
    return _typed(field, text) if text else None


def _typed(field: FormField, text: str) -> Any:
    if field.type == "boolean":
        lowered = text.casefold()
        return lowered in _TRUE if lowered in _TRUE | _FALSE else text
    if field.type in {"number", "integer"}:
        return _number(field, text)
    if field.format == "date":
        return parse_date(text) or text
    if field.widget == "money":
        amount = parse_number(text)
        return text if amount is None or amount.as_tuple().exponent not in {0, -1, -2} else f"{amount:.2f}"
    return text


def _number(field: FormField, text: str) -> Any:
    amount = parse_number(text)
    if amount is None:
        return text
    return int(amount) if amount == amount.to_integral_value() else float(amount) if field.type == "number" else text
