"""What a form is, as its files say it: sections, fields, logic. Frozen data; what it does is elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jsonschema import Draft202012Validator

from engine.deadlines import WorkingCalendar
from engine.expressions import Expression

LANGUAGES = ("az", "kk", "ru", "en")
Titles = Mapping[str, str]
"""language → text"""

WIDGETS = frozenset(
    {
        "text",
        "textarea",
        "number",
        "money",
        "date",
        "select",
        "radios",
        "checkboxes",
        "file",
        "yesno",
        "person",
        "people",
        "body",
        "bodies",
        "readonly",
    }
)
CHOICE_WIDGETS = frozenset({"select", "radios", "checkboxes", "person", "people", "body", "bodies"})
OPTION_SOURCES = frozenset(
    {
        "executors",
        "people",
        "bodies",
        "other_bodies",
        "units",
        "fonds",
        "series",
        "files",
        "retention_classes",
        "disposal_due",
        "disposal_entries",
        "access_levels",
        "territories",
        "topics",
        "sections",
    }
)
"""names `options_from` may have; processes resolves them"""

DECISION = "decision"
"""the field whose value is the step's decision"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A value that may be chosen, and what it is called."""

    value: str
    label: Titles


OptionSource = Callable[[str], Sequence[Option]]
"""name of a source, such as `executors` → its options"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A field: what the schema demands of its value, and how a page shows it."""

    name: str
    widget: str
    label: Titles
    type: str
    """JSON type: string, number, integer, boolean, array, object"""
    format: str | None = None
    help: Titles | None = None
    required: bool = False
    """as long as the field is visible"""
    options: tuple[Option, ...] = ()
    options_from: str | None = None
    visible_when: Expression | None = None
    rows: int | None = None
    unit: Titles | None = None
    required_message: Titles | None = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    computed: bool = False
    """its value is an expression's; what a person posts for it is not looked at"""

    def choices(self, options: OptionSource) -> Sequence[Option]:
        """What may be chosen: the field's own options, or those of its source."""
        return self.options or (options(self.options_from) if self.options_from else ())

    @property
    def posted(self) -> bool:
        """Whether a person's post may set it; files come by another way, computed and read-only values by none."""
        return not self.computed and self.widget not in {"file", "readonly"}

    @property
    def many(self) -> bool:
        """Whether its value is a list."""
        return self.type == "array"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSection:
    """A titled group of fields."""

    id: str
    title: Titles
    fields: tuple[FormField, ...]
    visible_when: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """A field whose value an expression gives."""

    field: str
    expression: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A formal-logic check (C6): when the expression is true, the field has this finding."""

    id: str
    when: Expression
    field: str
    severity: str
    """error or warning"""
    messages: Titles
    law: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFinding:
    """What is wrong, or worth a look, at a field."""

    field: str
    severity: str
    """error: the step cannot be submitted; warning: it can"""
    code: str
    """required, too-long, …, or the id of the form's own check"""
    messages: Titles
    law: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormContext:
    """The circumstances in which a form is looked at."""

    now: datetime
    time_zone: str
    calendar: WorkingCalendar
    variables: Mapping[str, Any]
    """the case's variables, declared and reserved"""
    options: OptionSource
    deadline: Callable[[str], datetime] | None = None
    """name of a deadline → its due instant"""
    files: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
    """file field → the files {name, sha256, bytes, type} added to it, which then are the field's value; None: not known
    here, the field's value is taken as given"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """A form with the values it has now, after its logic has run."""

    fields: Mapping[str, Any]
    """values of visible fields and of all computed ones"""
    sections: tuple[FormSection, ...]
    """what is visible, each section with its visible fields only"""
    findings: tuple[FieldFinding, ...]
    """of the formal-logic checks; whether values are missing or ill-formed is `validate`'s question"""

    @property
    def visible(self) -> frozenset[str]:
        """The names of the fields that are shown."""
        return frozenset(each.name for section in self.sections for each in section.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSpec:
    """Everything the two files of a form say."""

    id: str
    titles: Titles
    intro: Titles | None
    sections: tuple[FormSection, ...]
    fields: Mapping[str, FormField]
    """every property of the schema, shown or not, in the order of the page"""
    computed: tuple[Computed, ...]
    checks: tuple[Check, ...]
    review_of: str | None
    """the element whose last signed fields this form reviews, with a remark box a field"""
    prefill: bool
    """opens with what was signed before"""
    prefill_from: str | None
    """… at this element; None: at the same one"""
    answers_remarks: bool
    """signing it answers the remarks that are open"""
    shows_remarks: bool
    """the step's document shows the remarks that are open, as a notice of what is to be corrected does"""
    letter: str | None
    """the field whose text makes the step's document a letter to the applicant; None: a form as it was filled"""
    validator: Draft202012Validator = field(repr=False, compare=False)
