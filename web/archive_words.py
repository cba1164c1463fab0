"""Codes that the archive's pages show, in the page's language."""

from flask import Flask

from processes.inventory_words import inventory_word
from web.i18n import language
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


def init_app(app: Flask) -> None:
    """Give the words to the templates."""
    functions = (unit_kind, unit_event, nomenclature_state, element_name)
    app.jinja_env.globals.update({function.__name__: function for function in functions})
