"""Text as it can be printed: what the type cannot show, or would show as nothing, becomes visible; endless words break.

typst in PDF/A mode fails on a missing glyph, and its line breaker dies on a word of 33,000 characters; a bidi control
in a signed text could make it read otherwise than it is written. So text is prepared here, before any template sees it.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"
TEXT_FONTS = (
    "NotoSans-Regular.ttf",
    "NotoSans-Bold.ttf",
    "NotoSans-Italic.ttf",
    "NotoSerif-Regular.ttf",
    "NotoSerif-Bold.ttf",
)
"""a character is printable when each of these has it; the marks ⟨ ⟩ come from the mono face and are in none of these"""

LONGEST_WORD = 40
"""characters; a longer run without a space may break after every eighth, unless it is a SHA-256 in hexadecimal"""

SOFT_BREAK = "\N{ZERO WIDTH SPACE}"
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_UNIT = re.compile(r"⟨U\+[0-9A-F]{4,6}⟩|.", re.DOTALL)
_LONG_WORD = re.compile(rf"[^ \n]{{{LONGEST_WORD + 1},}}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BREAK_EACH = 8
_PILE = re.compile("([\u0300-\u036f\u0483-\u0489]{3})([\u0300-\u036f\u0483-\u0489]+)")
"""more than three marks on one letter, which would run over the lines above"""


@cache
def printable_characters() -> frozenset[str]:
    """Every character all text faces have a glyph for and a reader can see (a space counts), from the fonts' cmap."""
    common: set[int] | None = None
    for name in TEXT_FONTS:
        with TTFont(FONTS / name, lazy=True) as font:
            points = set(font.getBestCmap())
        common = points if common is None else common & points
    return frozenset(c for c in map(chr, common or ()) if unicodedata.category(c) not in _INVISIBLE) | {"\n"}


def printable(text: str) -> tuple[str, frozenset[str]]:
    """`text` as it can be set, and the characters that were replaced by a visible mark such as ⟨U+1F600⟩."""
    if printable_characters().issuperset(text) and not _PILE.search(text) and not _LONG_WORD.search(text):
        return text, frozenset()
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    foreign = frozenset(text) - printable_characters()
    if foreign:
        text = text.translate({ord(character): f"⟨{code_point(character)}⟩" for character in foreign})
    piled = {mark for _, rest in _PILE.findall(text) for mark in rest}
    text = _PILE.sub(_unpile, text)
    return _LONG_WORD.sub(_soften, text), foreign | piled


def code_point(character: str) -> str:
    """`U+1F600`."""
    return f"U+{ord(character):04X}"


def _unpile(pile: re.Match[str]) -> str:
    """Three marks where they are, the others by their code."""
    return pile.group(1) + "".join(f"⟨{code_point(mark)}⟩" for mark in pile.group(2))


def _soften(word: re.Match[str]) -> str:
    """The word with breaks allowed in it, save before a mark that belongs to the character before."""
    if _SHA256.fullmatch(word.group()):
        return word.group()
    parts: list[str] = []
    since_break = 0
    for unit in _UNIT.findall(word.group()):
        if since_break >= _BREAK_EACH and not unicodedata.combining(unit[0]):
            parts.append(SOFT_BREAK)
            since_break = 0
        parts.append(unit)
        since_break += 1
    return "".join(parts)
