"""Finding a few letters in a column, whatever their case, on both databases.

SQLite folds ASCII only, and the dotted and dotless i of Azerbaijani follow no locale; so the likely spellings are asked
for one by one.
"""

from typing import Any

import sqlalchemy as sa

UPPER_AZ = str.maketrans({"i": "İ", "ı": "I"})
LOWER_AZ = str.maketrans({"İ": "i", "I": "ı"})
LONGEST = 200
"""characters of a search that are looked at"""


def spellings(text: str) -> set[str]:
    """`text` as it may stand in a title: as typed, small, capital, with a capital first letter."""
    typed = " ".join(text.split())[:LONGEST]
    small, small_az = typed.lower(), typed.translate(LOWER_AZ).lower()
    found = {typed, small, small_az, typed.upper(), typed.translate(UPPER_AZ).upper()}
    return (
        found | {each[:1].translate(UPPER_AZ).upper() + each[1:] for each in (small, small_az)} | {small.capitalize()}
    )


def contains(text: str, *columns: Any) -> sa.ColumnElement[bool]:
    """Whether one of the columns has `text` in it."""
    return sa.or_(*(column.contains(each, autoescape=True) for column in columns for each in sorted(spellings(text))))
