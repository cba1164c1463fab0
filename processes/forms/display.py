"""How fields are shown on documents and review pages, and what changed between two rounds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from processes.forms.model import DECISION, FormField, FormSpec, Option, OptionSource

YES_NO: Mapping[str, tuple[str, str]] = {
    "az": ("Bəli", "Xeyr"),
    "kk": ("Иә", "Жоқ"),
    "ru": ("Да", "Нет"),
    "en": ("Yes", "No"),
}
NOTHING = "—"
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayRow:
    """A field as it is shown."""

    field: str
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplaySection:
    """A section as it is shown."""

    id: str
    title: str
    rows: tuple[DisplayRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field whose shown value differs between two versions of a form."""

    field: str
    label: str
    before: str
    after: str


def no_options(_source: str) -> Sequence[Option]:
    """An option source that knows nothing: chosen values are shown as they are stored."""
    return ()


def display_rows(
    form: FormSpec, fields: Mapping[str, Any], language: str, options: OptionSource = no_options
) -> tuple[DisplaySection, ...]:
    """Every field that holds something, by section, in one language; sections without any are left out."""
    sections = []
    for section in form.sections:
        rows = tuple(
            DisplayRow(field=field.name, label=field.label[language], value=shown)
            for field in section.fields
            if (shown := shown_value(field, fields.get(field.name), language, options))
        )
        if rows:
            sections.append(DisplaySection(id=section.id, title=section.title[language], rows=rows))
    return tuple(sections)


def field_diff(
    form: FormSpec,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    language: str,
    options: OptionSource = no_options,
) -> tuple[FieldChange, ...]:
    """What changed from one version to the next, in the order of the page; `—` stands for nothing."""
    changes = []
    for section in form.sections:
        for field in section.fields:
            if before.get(field.name) == after.get(field.name):
                continue
            old = shown_value(field, before.get(field.name), language, options) or NOTHING
            new = shown_value(field, after.get(field.name), language, options) or NOTHING
            changes.append(FieldChange(field=field.name, label=field.label[language], before=old, after=new))
    return tuple(changes)


def decision_label(form: FormSpec, fields: Mapping[str, Any], language: str, options: OptionSource = no_options) -> str:
    """The decision as the form words it, or the empty text where the form has none."""
    field = form.fields.get(DECISION)
    return shown_value(field, fields.get(DECISION), language, options) if field else ""


def shown_value(field: FormField, value: Any, language: str, options: OptionSource = no_options) -> str:
    """A value in words of one language; the empty text for nothing."""
    if value is None or value in ("", [], {}):
        return ""
    items = value if isinstance(value, list) else [value]
    return "\n".join(_shown(field, item, language, options) for item in items)


def _shown(field: FormField, value: Any, language: str, options: OptionSource) -> str:
    """One value, or one item of a list: a chosen option, a file {name, …}, a number, a date, a text."""
    if isinstance(value, bool):
        return YES_NO[language][0 if value else 1]
    if isinstance(value, Mapping):
        return str(value.get("name") or ", ".join(f"{key}: {each}" for key, each in value.items()))
    text = str(value)
    chosen = next((option.label for option in field.choices(options) if option.value == text), None)
    if chosen:
        return chosen[language]
    if isinstance(value, int | float) or field.widget == "money":
        return _with_unit(field, format_number(value, language), language)
    return format_date(text) if field.format == "date" or field.widget == "readonly" else text


def format_number(value: Any, language: str) -> str:
    """`1 250,50` for az, kk and ru, `1,250.50` for en; groups are kept together."""
    if isinstance(value, float):
        value = f"{value:.10f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else repr(value)  # noqa: PLR2004 (double)
    whole, _, fraction = str(value).partition(".")
    if not whole.lstrip("-").isdecimal():
        return str(value)
    grouped = f"{int(whole):,}"
    if language != "en":
        return grouped.replace(",", _NO_BREAK) + (f",{fraction}" if fraction else "")
    return grouped + (f".{fraction}" if fraction else "")


def format_date(iso: str) -> str:
    """19.03.2026 from 2026-03-19; any other text as it is."""
    found = _ISO_DATE.fullmatch(iso)
    return ".".join(reversed(found.groups())) if found else iso


def _with_unit(field: FormField, text: str, language: str) -> str:
    return f"{text}{_NO_BREAK}{field.unit[language]}" if field.unit else text
