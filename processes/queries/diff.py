"""What changed in a text between two rounds, word by word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

WORDS = re.compile(r"\s+|[^\s]+")
LONGEST = 4000
"""words beyond which a text is shown as replaced: comparing costs the square of its length"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text: kept, inserted or deleted."""

    change: str
    text: str


def word_diff(before: str, after: str) -> Sequence[Piece]:
    """The pieces that turn `before` into `after`."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    if len(old) + len(new) > LONGEST:
        return (Piece(change="deleted", text=before), Piece(change="inserted", text=after))
    pieces: list[Piece] = []
    for operation, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if operation == "equal":
            pieces.append(Piece(change="kept", text="".join(new[new_from:new_to])))
            continue
        if old_from < old_to:
            pieces.append(Piece(change="deleted", text="".join(old[old_from:old_to])))
        if new_from < new_to:
            pieces.append(Piece(change="inserted", text="".join(new[new_from:new_to])))
    return pieces
