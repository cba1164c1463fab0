"""Codes that the archive's pages show, in the page's language."""

from flask import Flask

from processes.errors import EntryRefused, ExportRefused
from processes.inventory_words import inventory_word
from web.i18n import language, size
from web.texts import gettext as _


def unit_kind(kind: str) -> str:
    """A level of the archive's tree."""
    return {"fonds": _("Fonds"), "series": _("Series"), "file": _("Archival file")}.get(kind, kind)


def unit_event(event: str) -> str:
    """What was done to a fonds, series or file."""
    titles = {"created": _("created"), "described": _("described"), "moved": _("moved"), "closed": _("closed")}
    return titles.get(event, event)


def nomenclature_state(state: str) -> str:
    """How far a nomenclature is."""
    return {"draft": _("draft"), "approved": _("approved"), "closed": _("closed")}.get(state, state)


def element_name(name: str) -> str:
    """An element of description (ISAD(G)), as inventories word it."""
    return inventory_word(name, language())


def package_shape(shape: str) -> str:
    """A format in which documents go out."""
    titles = {
        "readable": _("ZIP: a folder for people"),
        "bagit": _("ZIP: BagIt"),
        "eark-sip": _("ZIP: E-ARK SIP, for another archive"),
        "eark-aip": _("ZIP: E-ARK AIP"),
        "asice": _("ASiC-E with evidence"),
    }
    return titles.get(shape, shape)


def export_refusal(reason: str, most: int = 0) -> str:
    """Why there is no package, and what to do."""
    texts = {
        "too-many": _("More than %(most)d documents are found. Narrow the search or go file by file.", most=most),
        "too-large": _("Together the documents are larger than %(most)s. Choose fewer.", most=size(most)),
        "too-many-kept": _("You have %(most)d packages already. Remove one first.", most=most),
        "timestamp": _("The time-stamping authority does not answer. Try again later, or take another format."),
        "withdrawn": _("Since it was made, a document in it was destroyed, locked away or restricted. Ask anew."),
        "nothing": _("None of these documents is there, or open to you, any more."),
        "no-space": _("The server has no space left for it. Tell the administrator and ask anew later."),
        "crash": _("Something went wrong on our side. The administrator sees why; ask anew later."),
    }
    return texts.get(reason, _("The request could not be carried out."))


def export_refused(error: ExportRefused) -> str:
    """The same of an error."""
    return export_refusal(error.reason, error.most)


def archive_entry(error: EntryRefused) -> str:
    """What of the archive cannot be taken, and why; empty for what is none of its."""
    texts = {
        ("unit", "unit-closed"): _("What it is to stand in is closed, or it is closed itself."),
        ("unit", "unit-not-empty"): _("Something in it is still open: close that first."),
        ("unit", "foreign-unit"): _("It can only move within the archive of its own body."),
        ("unit", "nomenclature-state"): _("The nomenclature has been approved or closed meanwhile: look at it again."),
        ("unit", "file-closed"): _("The file is closed and takes no more documents."),
        ("target", "malformed"): _("A sub-series has nothing below it but files: choose a series that is none."),
        ("unit", "schedule-pending"): _("Another wording of this schedule waits for a second person already."),
        ("unit", "schedule-decided"): _("The proposal has been decided of meanwhile: look at it again."),
        ("unit", "document-destroyed"): _("The document was disposed of meanwhile: only its description remains."),
        ("unit", "document-quarantined"): _("The document was locked away meanwhile: two persons decide of it."),
        ("unit", "hold-already-lifted"): _("Somebody has lifted the hold meanwhile."),
        ("unit", "access-ground-missing"): _("A restriction needs its ground (B9)."),
        ("unit", "unknown-start-rule"): _("Choose from when the period runs."),
        ("decision", "own"): _("You proposed it yourself: a second person decides."),
        ("years", "malformed"): _("A period has 1 to 999 years, or no end; and the proposal has to change something."),
        ("years", "missing"): _("Enter how many years, or that it has no end."),
        ("article", "missing"): _("Name the article of the retention list."),
        ("publication", "level"): _("Its access level forbids it: publish a redacted copy, or open it first (B9)."),
        ("publication", "flags"): _("It holds personal data: publish a redacted copy without them (B9)."),
        ("publication", "status"): _("A document without effect, or gone, is not published."),
        ("access_ground", "missing"): _("A restriction needs its ground (B9)."),
        ("ground_personal_data", "missing"): _("A restriction needs its ground (B9)."),
        ("ground_special_categories", "missing"): _("A restriction needs its ground (B9)."),
        ("second", "unknown"): _("Choose another archivist or head of the body."),
        ("unit", "document-on-hold"): _("A hold forbids the removal: lift it first."),
        ("year", "malformed"): _("Enter a year of four digits."),
        ("title", "missing"): _("Enter a title."),
        ("entries", "missing"): _("Add at least one line first."),
    }
    return {**texts, **_of_copies()}.get((error.field, error.reason), "")


def _of_copies() -> dict[tuple[str, str], str]:
    """What is wrong with a redacted copy."""
    return {
        ("file", "missing"): _("Choose a PDF file first."),
        ("removed", "not-found"): _("Not every word is in the document as text: check the spelling, or cover an area."),
        ("areas", "malformed"): _("An area is five numbers on a line: page, left, top, width, height, in hundredths."),
        ("file", "not-rendered"): _("The copy could not be made. Try again, or add one made elsewhere."),
        ("file", "no-pdf"): _("A redacted copy is a PDF, made of a PDF."),
        ("file", "malformed"): _("The file cannot be read, so nobody can say what is in it."),
        ("file", "hidden-parts"): _("The file has attachments, comments or older states in it. Print it to a new PDF."),
        ("removed", "missing"): _("Name at least one word that was removed."),
        ("removed", "malformed"): _("At most 200 lines, each of two characters or more."),
        ("removed", "not-removed"): _("The file still holds something of what was to be removed."),
        ("copy_title", "missing"): _("Enter a title."),
        ("copy_title", "not-removed"): _("The title holds something of what was to be removed."),
    }


def init_app(app: Flask) -> None:
    """Give the words to the templates."""
    functions = (unit_kind, unit_event, nomenclature_state, element_name, package_shape, export_refusal)
    app.jinja_env.globals.update({function.__name__: function for function in functions})
