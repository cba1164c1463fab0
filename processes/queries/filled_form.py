"""A form as a page shows it: visible sections, each field with its value, options and findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from processes.forms import FieldFinding, Form, FormContext, FormField, FormState, Option, OptionSource, shown_value

Titles = Mapping[str, str]
YES_NO = {
    "yes": {"az": "Bəli", "kk": "Иә", "ru": "Да", "en": "Yes"},
    "no": {"az": "Xeyr", "kk": "Жоқ", "ru": "Нет", "en": "No"},
}
LANGUAGES = ("az", "kk", "ru", "en")
ROWS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkView:
    """A reviewer's remark on a field."""

    field: str
    label: Titles
    text: str
    author: str
    at: Any
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """A field with what stands in it."""

    name: str
    widget: str
    label: Titles
    help: Titles | None
    unit: Titles | None
    required: bool
    rows: int
    longest: int | None
    value: Any
    shown: Titles
    """the value for reading: options by their labels"""
    options: Sequence[Option]
    findings: Sequence[FieldFinding]
    remarks: Sequence[RemarkView]

    @property
    def text(self) -> str:
        """The value as an input holds it."""
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        return "" if self.value is None else str(self.value)

    @property
    def texts(self) -> list[str]:
        """The values as checkboxes hold them."""
        if isinstance(self.value, list | tuple):
            return [str(each) for each in self.value]
        return [self.text] if self.text else []


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """A titled group of visible fields."""

    id: str
    title: Titles
    fields: Sequence[FieldView]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """A form with its values and what is wrong with them."""

    id: str
    title: Titles
    intro: Titles | None
    sections: Sequence[SectionView]
    fields: Mapping[str, Any]
    """every value, those of fields now hidden too"""
    findings: Sequence[FieldFinding]

    @property
    def shown(self) -> list[str]:
        """Names of the fields the page shows, so that the next post leaves the hidden ones' values as they were."""
        return [field.name for section in self.sections for field in section.fields]


def filled(
    form: Form,
    fields: Mapping[str, Any],
    context: FormContext,
    *,
    findings: Sequence[FieldFinding] | None = None,
    remarks: Sequence[RemarkView] = (),
) -> FilledForm:
    """The form with `fields` in it; `findings` of a refused submission, or else of the formal logic alone."""
    state = form.state(fields, context)
    told = state.findings if findings is None else findings
    demanded = _demanded(form, state)
    sections = tuple(
        SectionView(
            id=section.id,
            title=section.title,
            fields=tuple(
                replace(
                    _field(each, state.fields, context, told, remarks), required=each.required or each.name in demanded
                )
                for each in section.fields
            ),
        )
        for section in state.sections
    )
    return FilledForm(
        id=form.id,
        title=form.titles,
        intro=form.intro,
        sections=sections,
        fields=dict(fields) | {name: value for name, value in state.fields.items() if value is not None},
        findings=tuple(told),
    )


def _demanded(form: Form, state: FormState) -> set[str]:
    """Fields that a check wants filled as things stand: it says so now, or would if the value were taken out."""
    fired = {finding.code for finding in state.findings}
    return {
        check.field
        for check in form.checks
        if check.severity == "error"
        and f"empty({check.field})" in check.when.source
        and (check.id in fired or state.fields.get(check.field) not in (None, "", []))
    }


def _field(
    field: FormField,
    values: Mapping[str, Any],
    context: FormContext,
    findings: Sequence[FieldFinding],
    remarks: Sequence[RemarkView],
) -> FieldView:
    options = field.choices(context.options)
    value = values.get(field.name)
    if value is None and field.required and field.widget == "select" and len(options) == 1:
        value = options[0].value  # there is nothing to choose
    if field.widget == "yesno":
        options = [Option(value=value, label=label) for value, label in YES_NO.items()]
    return FieldView(
        name=field.name,
        widget="readonly" if field.computed else field.widget,
        label=field.label,
        help=field.help,
        unit=field.unit,
        required=field.required,
        rows=field.rows or ROWS,
        longest=field.max_length,
        value=value,
        shown=shown(field, value, context.options),
        options=tuple(options),
        findings=tuple(each for each in findings if each.field == field.name),
        remarks=tuple(each for each in remarks if each.field == field.name),
    )


def file_fields(form: Form) -> list[str]:
    """Names of the fields that hold files."""
    return [name for name, field in form.fields.items() if field.widget == "file"]


def shown(field: FormField, value: Any, options: OptionSource) -> Titles:
    """A value for reading, in four languages."""
    return {language: shown_value(field, value, language, options) for language in LANGUAGES}
