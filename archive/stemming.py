"""Stems of folded words, by the word alone: a query need not know the language of what it will find.

A Cyrillic word may be Kazakh or Russian, and many documents hold both, so a text gives two streams of stems: in the
first a Cyrillic word is stemmed as Kazakh, in the second as Russian (Snowball). A Latin word is stemmed as Azerbaijani
in both. A query word matches in either stream, a phrase within one.

The suffix lists strip the endings of nouns (number, possession, case), longest first, until none is left. Where a stem
ends in what looks like a suffix, only a list can tell: `lexicon/*-stems.txt` hold such stems.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from threading import Lock

import snowballstemmer

_LATIN = re.compile(r"[a-z]+")
_CYRILLIC = re.compile(r"[Ѐ-ԯ]+")
_SHORTEST = 4
"""Words shorter than this are left as they are, unless the lexicon knows them."""

_AZ_ENDINGS = re.compile(
    r"(lar|ler)?(si|su|i|u|m|n|im|um|in|un|imiz|umuz|miz|muz|iniz|unuz|niz|nuz|lari|leri)?"
    r"(nin|nun|in|un|na|ne|ya|ye|a|e|ni|nu|yi|yu|i|u|nda|nde|da|de|ndan|nden|dan|den|la|le)?(dir|dur)?(ki)?"
)
_AZ_SOFT = {"q": "g", "k": "y"}

_KK_ENDINGS = re.compile(
    r"(лар|лер|дар|дер|тар|тер)?(сы|сі|ы|і|м|ң|ым|ім|ың|ің|мыз|міз|ымыз|іміз|ңыз|ңіз|ыңыз|іңіз)?"
    r"(ның|нің|дың|дің|тың|тің|ға|ге|қа|ке|на|не|а|е|ны|ні|ды|ді|ты|ті|н|да|де|та|те|нда|нде|"
    r"дан|ден|тан|тен|нан|нен|мен|бен|пен)?(ғы|гі|қы|кі)?"
)
_KK_SOFT = {"қ": "ғ", "к": "г", "п": "б"}


@lru_cache(maxsize=1 << 16)
def stem_first(word: str) -> str:
    """The stem of a folded word: Latin as Azerbaijani, Cyrillic as Kazakh, anything else as it is."""
    if _LATIN.fullmatch(word):
        return _strip(word, _AZ)
    if _CYRILLIC.fullmatch(word):
        return _strip(word, _KK)
    return word


@lru_cache(maxsize=1 << 16)
def stem_second(word: str) -> str:
    """The stem of a folded word: Cyrillic as Russian, anything else as in the first stream."""
    return _russian(word) if _CYRILLIC.fullmatch(word) else stem_first(word)


class _Language:
    """What stripping needs to know of one agglutinating language, in folded spelling."""

    def __init__(self, name: str, endings: re.Pattern[str], vowels: str, soft: Mapping[str, str]) -> None:
        self.suffixes = sorted(_word_list(f"{name}-suffixes"), key=lambda suffix: (-len(suffix), suffix))
        self.endings = endings
        self.vowels = vowels
        self.soft = soft
        self.lexicon: dict[str, str] = {}
        for word in _word_list(f"{name}-stems"):
            self.lexicon[word] = word
            if word[-1] in soft:
                self.lexicon.setdefault(word[:-1] + soft[word[-1]], word)


def _word_list(name: str) -> list[str]:
    return files("archive").joinpath(f"lexicon/{name}.txt").read_text(encoding="utf-8").split()


_AZ = _Language("az", _AZ_ENDINGS, "aeiou", _AZ_SOFT)
_KK = _Language("kk", _KK_ENDINGS, "аәеиоөуұүыіэюя", _KK_SOFT)


def _strip(word: str, language: _Language) -> str:
    known = _known_stem(word, language)
    if known is not None:
        return known
    rest = word
    while len(rest) >= _SHORTEST:
        shorter = next((rest[: -len(suffix)] for suffix in language.suffixes if _ends_in(rest, suffix, language)), None)
        if shorter is None:
            break
        rest = shorter
    return _hardened(rest, language)


def _known_stem(word: str, language: _Language) -> str | None:
    """The longest stem of the lexicon that this word is an inflection of."""
    for length in range(len(word), 1, -1):
        stem = language.lexicon.get(word[:length])
        if stem is not None and language.endings.fullmatch(word, length):
            return stem
    return None


def _ends_in(word: str, suffix: str, language: _Language) -> bool:
    rest = word[: -len(suffix)]
    return word.endswith(suffix) and len(rest) >= _SHORTEST - 1 and any(letter in language.vowels for letter in rest)


def _hardened(word: str, language: _Language) -> str:
    """A final consonant that softens before a vowel, in its hard form (nazirliyi → nazirlik)."""
    for hard, soft in language.soft.items():
        if word[-1] == soft and len(word) >= _SHORTEST - 1:
            return word[:-1] + hard
    return word


def _russian_stemmer() -> Callable[[str], str]:
    stemmer = snowballstemmer.stemmer("russian")
    lock = Lock()  # a Snowball stemmer keeps the word it works on in itself

    def stem(word: str) -> str:
        with lock:
            return str(stemmer.stemWord(word))

    return stem


_russian = _russian_stemmer()
