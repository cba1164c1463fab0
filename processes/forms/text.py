"""Text as a form keeps it: what no keyboard writes is taken out, line ends and accents are written one way."""

import re
import unicodedata

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufeff\ufffe\uffff]")
"""controls save tab and line ends, the byte order mark, noncharacters"""
_SURROGATES = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029")


def clean_text(text: str, *, one_line: bool = False) -> str:
    """Line ends as line feeds, controls left out, lone surrogates as U+FFFD, NFC, no space at either end.

    Visible characters, emoji and right-to-left marks among them, stay as they were written.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", _CONTROLS.sub("", text))
    text = unicodedata.normalize("NFC", text).strip()
    return re.sub(r"\s*\n\s*", " ", text) if one_line else text


def unprintable(text: str) -> tuple[str, ...]:
    """The code points in `text` that `clean_text` would take out or replace, such as U+0000."""
    found = set(_CONTROLS.findall(text)) | set(_SURROGATES.findall(text))
    return tuple(f"U+{ord(character):04X}" for character in sorted(found))
