"""Messages of the pages in the language of the page: flask-babel's, with types."""

from typing import Any

import flask_babel


def gettext(message: str, **facts: Any) -> str:
    """`message` in the page's language, with its facts filled in."""
    return str(flask_babel.gettext(message, **facts))


def ngettext(one: str, many: str, count: int, **facts: Any) -> str:
    """The form of a message that fits a number."""
    return str(flask_babel.ngettext(one, many, count, **facts))
