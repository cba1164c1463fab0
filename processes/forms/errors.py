"""What can go wrong with a form, apart from what a person wrote into it."""

from processes.errors import ProcessesError


class FormsError(ProcessesError):
    """The form could not be used."""

    code = "forms-error"


class UnknownForm(FormsError):
    """The package has no such form."""

    code = "unknown-form"

    def __init__(self, package: str, form: str) -> None:
        super().__init__(f"the package {package!r} has no form {form!r}")
        self.package = package
        self.form = form


class FormInvalid(FormsError):
    """The form's own files contradict themselves; its author must mend them."""

    code = "form-invalid"

    def __init__(self, form: str, reason: str) -> None:
        super().__init__(f"form {form!r}: {reason}")
        self.form = form
        self.reason = reason


class UnknownField(FormsError):
    """The submission holds a field that this form does not have."""

    code = "unknown-field"

    def __init__(self, form: str, field: str) -> None:
        super().__init__(f"form {form!r} has no field {field!r}")
        self.form = form
        self.field = field
