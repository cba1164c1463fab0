"""A form of a process package: its data and everything that is done with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from processes.forms.display import DisplaySection, FieldChange, decision_label, display_rows, field_diff, no_options
from processes.forms.logic import run_logic
from processes.forms.model import FieldFinding, FormContext, FormSpec, FormState, OptionSource
from processes.forms.parsing import parse_post, parse_remarks
from processes.forms.validation import validate_form


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(FormSpec):
    """A form; `load_form` makes it."""

    def title(self, language: str) -> str:
        """What the form is called."""
        return self.titles[language]

    def labels(self, language: str) -> dict[str, str]:
        """Field name → label."""
        return {name: field.label[language] for name, field in self.fields.items()}

    def parse(self, post: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """Typed fields from an HTML post. Raises UnknownField."""
        return parse_post(self, post)

    def parse_remarks(self, post: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
        """The remarks {field, text} on this form's fields, posted as `remark:<field>`. Raises UnknownField."""
        return parse_remarks(self, post)

    def state(self, fields: Mapping[str, Any], context: FormContext) -> FormState:
        """The form's logic: computed values, what is visible, what the formal-logic checks find. Validates nothing."""
        return run_logic(self, fields, context)

    def validate(self, fields: Mapping[str, Any], context: FormContext) -> tuple[dict[str, Any], list[FieldFinding]]:
        """The fields as they may be signed (hidden ones dropped), and every finding in the order of the page."""
        return validate_form(self, fields, context)

    def rows(
        self, fields: Mapping[str, Any], language: str, options: OptionSource = no_options
    ) -> tuple[DisplaySection, ...]:
        """Sections of (field, label, value) for review pages."""
        return display_rows(self, fields, language, options)

    def display(
        self, fields: Mapping[str, Any], language: str, options: OptionSource = no_options
    ) -> list[tuple[str, list[tuple[str, str]]]]:
        """(section title, [(label, value)]) for documents."""
        sections = display_rows(self, fields, language, options)
        return [(section.title, [(row.label, row.value) for row in section.rows]) for section in sections]

    def changes(
        self,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        language: str,
        options: OptionSource = no_options,
    ) -> tuple[FieldChange, ...]:
        """What changed from one version to the next."""
        return field_diff(self, before, after, language, options)

    def decision_label(self, fields: Mapping[str, Any], language: str, options: OptionSource = no_options) -> str:
        """The decision in words, or the empty text."""
        return decision_label(self, fields, language, options)
