"""What a page's own key and the server say to each other: base64 in forms, JSON back."""

import base64
import binascii
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from processes.use_cases.sign_outside import ToBeSigned

MOST_KEYS = 20
REFERENCE = 64
"""characters of a SHA-256 in hex"""


def keys_here() -> list[str]:
    """The signing keys of the browser, by their references, as its script wrote them into the form."""
    found = request.form.get("_keys", "").split()[:MOST_KEYS]
    return [each for each in found if len(each) == REFERENCE and each.isascii() and each.isalnum()]


def octets(name: str) -> bytes:
    """Bytes that a page's script wrote into a hidden field.

    :raises BadRequest: no base64
    """
    return decoded(request.form.get(name, ""))


def decoded(text: str) -> bytes:
    """The bytes of a base64 text.

    :raises BadRequest: it is none
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest from error


def to_be_signed(prepared: ToBeSigned) -> dict[str, Any]:
    """What web/assets/src/keys/document.js reads."""
    return {
        "attributes": base64.b64encode(prepared.attributes).decode("ascii"),
        "appended": base64.b64encode(prepared.appended).decode("ascii"),
        "reserved": list(prepared.reserved),
        "digest": prepared.digest,
        "signed": prepared.signed,
    }
