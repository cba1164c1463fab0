"""Reading what a browser sent, never trusting it."""

from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from flask import request
from werkzeug.exceptions import BadRequest

from processes.forms import clean_text

Choice = TypeVar("Choice", bound=StrEnum)
MAX_PAGE = 100_000
MAX_SELECTED = 200
"""rows of a list somebody ticks at once"""


def choice(kind: type[Choice], value: str | None, default: Choice) -> Choice:
    """A member of an enumeration, or the default for anything else."""
    try:
        return kind(value or default)
    except ValueError:
        return default


def number(value: str | None, default: int = 1) -> int:
    """A page number: a small positive whole number, or the default."""
    return int(value) if value and value.isascii() and value.isdigit() and 0 < int(value[:9]) <= MAX_PAGE else default


def version() -> int:
    """The version of a work item that the page showed.

    :raises BadRequest: the form came without one
    """
    value = request.form.get("_version", "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):  # noqa: PLR2004
        raise BadRequest
    return int(value)


def line(name: str, longest: int = 500) -> str:
    """A line somebody typed into a form of ours, without what no keyboard writes."""
    return clean_text(request.form.get(name, ""), one_line=True)[:longest]


def text(name: str, longest: int = 2000) -> str:
    """Some lines somebody typed into a form of ours, without what no keyboard writes."""
    return clean_text(request.form.get(name, ""))[:longest]


def selection() -> list[tuple[UUID, int]]:
    """The ticked rows of a list of work items: id and the version that the page showed.

    :raises BadRequest: what was sent is none of our values
    """
    found = []
    for value in request.form.getlist("item")[:MAX_SELECTED]:
        ident, _, seen = value.partition(":")
        if not (seen.isascii() and seen.isdigit() and len(seen) < 10):  # noqa: PLR2004
            raise BadRequest
        found.append((identity(ident), int(seen)))
    return found


def identity(text: str) -> UUID:
    """An id that a form sent.

    :raises BadRequest: it is none
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise BadRequest from error
