"""What an audit of the archive found, in the page's language."""

from web.texts import gettext as _


def finding_kind(kind: str) -> str:
    """What an audit of the archive found."""
    titles = {
        "blob_missing": _("bytes are missing"),
        "blob_changed": _("bytes were changed"),
        "blob_unreadable": _("bytes cannot be read"),
        "blob_added": _("bytes that belong to nothing"),
        "not_appended": _("does not continue the revision before"),
        "document_missing": _("the document is missing"),
        "revision_missing": _("a revision is missing"),
        "row_changed": _("the description was changed"),
        "row_added": _("added with an earlier date"),
        "custody_broken": _("chain of custody broken"),
        "history_broken": _("history of the case broken"),
        "trail_broken": _("audit trail broken"),
        "head_changed": _("a chain was written anew"),
        "evidence_broken": _("evidence does not hold"),
        "evidence_changed": _("evidence was changed"),
    }
    return titles.get(kind, kind)
