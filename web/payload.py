"""Variables that a person types as JSON: for a message, or for what a failed step should have given."""

import json
from typing import Any

from web.requests import text
from web.texts import gettext as _

LONGEST = 20_000


class PayloadInvalid(Exception):
    """What was typed is no JSON object; `told` says so in the page's language."""

    def __init__(self, told: str) -> None:
        self.told = told
        super().__init__(told)


def payload(name: str) -> dict[str, Any]:
    """A JSON object from a form's field; nothing typed is an empty one. :raises PayloadInvalid:"""
    typed = text(name, LONGEST).strip()
    if not typed:
        return {}
    try:
        found = json.loads(typed)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise PayloadInvalid(_("The variables are not valid JSON: look at line %(line)d.", line=line)) from error
    if not isinstance(found, dict):
        raise PayloadInvalid(_('Write the variables as {"name": value}.'))
    return found
