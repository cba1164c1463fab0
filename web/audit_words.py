"""What an audit of the archive found, in the page's language."""

from collections.abc import Iterable

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


def finding_advice(kinds: Iterable[str]) -> list[str]:
    """What to do about these kinds of findings, each sentence once."""
    return list(dict.fromkeys(_advice(kind) for kind in kinds))


def _advice(kind: str) -> str:
    if kind == "blob_unreadable":
        return _("The store did not answer or refused: see that it runs and may be read, then audit again.")
    if kind == "blob_added":
        return _("The daily sweep removes it. If such bytes come again, find out who writes to the store.")
    if kind in {"blob_missing", "blob_changed", "not_appended"}:
        return _("Put the bytes back from a backup, then audit again. Until then the document is not shown to anybody.")
    if kind in {"evidence_broken", "evidence_changed"}:
        return _("Compare it with a backup. Records that were given out with a document prove it all the same.")
    return _("Somebody wrote past the office. Keep the database as it is, compare it with a backup and find out who.")
