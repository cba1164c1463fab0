"""Whether a text still holds what was to be removed from it: whatever the case, the breaks, the spaces and hyphens."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

_BETWEEN = re.compile(r"[\W_]+")


def leaks(texts: Iterable[str], removed: Sequence[str]) -> list[str]:
    """Those of the removed words and phrases that are still in one of the texts."""
    squeezed = [squeeze(text) for text in texts]
    return [word for word in removed if any(squeeze(word) in text for text in squeezed)]


def squeeze(text: str) -> str:
    """Letters and digits alone, of one case: how a PDF breaks lines and places glyphs must not hide a word."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("i̇", "i").replace("ı", "i")
    return _BETWEEN.sub("", folded)
