"""One spelling for what people write.

NFKC → İ, I, ı to i → lower case → ё to е, ə to e → marks stripped, except on й. The letters of Kazakh
(ә ғ қ ң ө ұ ү һ і) are letters of their own and stay.
"""

import unicodedata

_BREVE = "\u0306"
_BEFORE = str.maketrans({"İ": "i", "I": "i", "ı": "i"})
_AFTER = str.maketrans({"ё": "е", "ə": "e", "ı": "i"})


def fold(text: str) -> str:
    """The folded spelling of a text; folding it again changes nothing."""
    if text.isascii():
        return text.lower()
    lowered = unicodedata.normalize("NFKC", text).translate(_BEFORE).casefold()
    decomposed = unicodedata.normalize("NFD", lowered)
    kept = "".join(
        mark
        for before, mark in zip(" " + decomposed, decomposed, strict=False)
        if not unicodedata.combining(mark) or (mark == _BREVE and before == "и")
    )
    return unicodedata.normalize("NFC", kept).translate(_AFTER)
