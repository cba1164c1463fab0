"""Why somebody may see a document, as words of the full-text index: whose it is, of which unit, of which case.

Who may see little asks the index for a word *and* for one of these, and reads no document that is somebody else's.
The series in which a document is filed is such a word, too: who looks in one fonds asks for a word and for its series.
They only narrow a search: what may be seen is still told by the document itself (access.py).
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

GROUNDS = ("owner", "unit", "case_id", "series_id")
"""columns of archive_document, and the series of its file"""
_SIGN = "§"
"""no letter and no digit: nothing that somebody types into the search box becomes such a word"""
NOTHING = _SIGN
"""a word no document has"""


def ground(column: str, value: object) -> str:
    """The word of a value. Owners and units are any text, so it is a digest."""
    return _SIGN + blake2b(f"{column} {value}".encode(), digest_size=8).hexdigest()


def grounds_of(document: Mapping[str, Any]) -> str:
    """The words of one document, a space between them, as archive_search_text keeps them."""
    told = ((column, document.get(column)) for column in GROUNDS)
    return " ".join(ground(column, value) for column, value in told if value is not None)


def grounds(column: str, values: Iterable[object]) -> frozenset[str]:
    """The words of several values of a column."""
    return frozenset(ground(column, value) for value in values)
