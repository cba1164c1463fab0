"""What can go wrong while a document is made."""

from processes.errors import ProcessesError


class DocumentsError(ProcessesError):
    """The document could not be made."""

    code = "documents-error"


class DocumentRefused(DocumentsError):
    """The document could not be rendered; nothing was changed."""

    code = "document-refused"

    def __init__(self, reason: str, what: str, *, where: str = "") -> None:
        super().__init__(f"{what} ({where})" if where else what)
        self.reason = reason
        """template, package, timeout, crash or too-large"""
        self.what = what
        """what happened, in the words of whoever noticed it"""
        self.where = where
        """the template's line, `documents/answer.typ:12:3`, where it is known"""


class RendererBusy(DocumentsError):
    """Every worker that renders documents is busy; try again in a moment."""

    code = "renderer-busy"


class RendererClosed(DocumentsError):
    """The renderer has been closed."""

    code = "renderer-closed"


class NotCanonical(DocumentsError):
    """A value has no canonical JSON form (RFC 8785)."""

    code = "not-canonical"
