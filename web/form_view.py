"""A form's fields as the templates want them, and its findings as an error summary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request

from processes.queries.filled_form import FieldView, FilledForm, RemarkView
from web.findings import PageFinding
from web.i18n import titled

FILE_PREFIX = "_file."


@dataclass(frozen=True, slots=True, kw_only=True)
class PageField:
    """A field in the page's language."""

    view: FieldView
    items: Sequence[Mapping[str, str]]
    """options as govuk's macros take them"""
    errors: Sequence[str]
    warnings: Sequence[str]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.view, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSection:
    """A section in the page's language."""

    id: str
    title: Mapping[str, str]
    fields: Sequence[PageField]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageForm:
    """A form in the page's language."""

    intro: Mapping[str, str] | None
    sections: Sequence[PageSection]
    shown: Sequence[str]
    remarks: Sequence[RemarkView] = field(default=())


def page_form(form: FilledForm) -> PageForm:
    """The form as the templates show it."""
    return PageForm(
        intro=form.intro,
        shown=form.shown,
        sections=[
            PageSection(id=section.id, title=section.title, fields=[_field(each) for each in section.fields])
            for section in form.sections
        ],
    )


def _field(view: FieldView) -> PageField:
    return PageField(
        view=view,
        items=[{"value": option.value, "text": titled(option.label)} for option in view.options],
        errors=[titled(each.messages) for each in view.findings if each.severity == "error"],
        warnings=[_with_law(each) for each in view.findings if each.severity != "error"],
    )


def _with_law(finding: Any) -> str:
    text = titled(finding.messages)
    return f"{text} ({finding.law})" if finding.law else text


def summary(form: FilledForm) -> list[PageFinding]:
    """The errors for the top of the page, each linked to its field where the page shows it."""
    shown = set(form.shown)
    return [
        PageFinding(text=titled(each.messages), href=f"#f-{each.field}" if each.field in shown else "")
        for each in form.findings
        if each.severity == "error"
    ]


def posted() -> dict[str, list[str]]:
    """The request's form as lists of texts; what begins with `_` is the page's own."""
    return {name: values for name, values in request.form.lists() if name != "csrf_token"}


def uploads() -> list[tuple[str, str, bytes]]:
    """(field, file name, content) of every file the browser sent."""
    return [
        (name.removeprefix(FILE_PREFIX), file.filename, file.read())
        for name, files in request.files.lists()
        if name.startswith(FILE_PREFIX)
        for file in files
        if file.filename
    ]
