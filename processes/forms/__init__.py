"""Forms of process packages: logic, validation, parsing and display. The package's door."""

from processes.forms.display import (
    DisplayRow,
    DisplaySection,
    FieldChange,
    display_rows,
    field_diff,
    format_date,
    format_number,
    shown_value,
)
from processes.forms.errors import FormInvalid, FormsError, UnknownField, UnknownForm
from processes.forms.form import Form
from processes.forms.loading import form_from_files, load_form
from processes.forms.messages import message
from processes.forms.model import (
    OPTION_SOURCES,
    WIDGETS,
    Check,
    FieldFinding,
    FormContext,
    FormField,
    FormSection,
    FormState,
    Option,
    OptionSource,
    Titles,
)
from processes.forms.secrets import declares_state_secret
from processes.forms.text import clean_text, unprintable

__all__ = [
    "OPTION_SOURCES",
    "WIDGETS",
    "Check",
    "DisplayRow",
    "DisplaySection",
    "FieldChange",
    "FieldFinding",
    "Form",
    "FormContext",
    "FormField",
    "FormInvalid",
    "FormSection",
    "FormState",
    "FormsError",
    "Option",
    "OptionSource",
    "Titles",
    "UnknownField",
    "UnknownForm",
    "clean_text",
    "declares_state_secret",
    "display_rows",
    "field_diff",
    "form_from_files",
    "format_date",
    "format_number",
    "load_form",
    "message",
    "shown_value",
    "unprintable",
]
