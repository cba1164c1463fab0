"""Stems of folded words, by the word alone: a query need not know the language of what it will find.

A Cyrillic word may be Kazakh or Russian, and many documents hold both, so a text gives two streams of stems: in the
first a Cyrillic word is stemmed as Kazakh, in the second as Russian (Snowball). A Latin word is stemmed as Azerbaijani
in both. A query word matches in either stream, a phrase within one.

Azerbaijani and Kazakh nouns take their endings one after the other. `lexicon/*-stems.txt` holds stems that are known: a
word that is one of them with endings in their proper order has that stem. Of any other word the endings in
`lexicon/*-suffixes.txt` are stripped, longest first, until none is left.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from threading import Lock

import snowballstemmer

from archive.spelling import fold

_LATIN = re.compile(r"[a-z]+")
_CYRILLIC = re.compile(r"[Ѐ-ԯ]+")
_SHORTEST = 3
"""Letters that stay of a word the lexicon does not know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Language:
    """What stripping needs to know of one agglutinating language, in folded spelling."""

    name: str
    vowels: str
    voiceless: str
    glides: str
    """vowels that endings may also treat as consonants"""
    soft: dict[str, str]
    """hard consonant → as it stands before a vowel (nazirlik → nazirliyi)"""
    lexicon: dict[str, str] = field(default_factory=dict)
    """stem as written before an ending → stem"""
    endings: list[re.Pattern[str]] = field(default_factory=list)
    """all endings at once, in their order"""
    suffixes: list[tuple[str, str]] = field(default_factory=list)
    """(ending, the letters it may stand after), longest first"""

    def __post_init__(self) -> None:
        for stem in (fold(word) for line in _lines(f"{self.name}-stems") for word in line.split()):
            self.lexicon[stem] = stem
            if stem[-1] in self.soft:
                self.lexicon.setdefault(stem[:-1] + self.soft[stem[-1]], stem)
        slots: dict[str, set[str]] = {}
        for line in _lines(f"{self.name}-suffixes"):
            head, endings = line.split(":")
            slot, context = head.split()
            folded = sorted({fold(ending) for ending in endings.split()})
            slots.setdefault(slot, set()).update(folded)
            self.suffixes.extend((ending, self._letters(context)) for ending in folded if self._strippable(ending))
        self.suffixes.sort(key=lambda suffix: (-len(suffix[0]), suffix))
        self.endings.append(re.compile("".join(f"(?:{'|'.join(sorted(slot))})?" for slot in slots.values())))

    def stem(self, word: str) -> str:
        """The stem of a folded word of this language."""
        known = self._known_stem(word)
        return self._stripped(word) if known is None else known

    def _known_stem(self, word: str) -> str | None:
        """The longest stem of the lexicon that this word is an inflection of."""
        for length in range(len(word), 1, -1):
            stem = self.lexicon.get(word[:length])
            if stem is not None and self.endings[0].fullmatch(word, length):
                return stem
        return None

    def _stripped(self, word: str) -> str:
        rest = word
        while shorter := next(self._without_ending(rest), None):
            rest = shorter
        for hard, soft in self.soft.items():
            if rest[-1] == soft and len(rest) >= _SHORTEST:
                return rest[:-1] + hard
        return rest

    def _without_ending(self, word: str) -> Iterator[str]:
        for suffix, after in self.suffixes:
            rest = word.removesuffix(suffix)
            if _SHORTEST <= len(rest) < len(word) and rest[-1] in after and not set(rest).isdisjoint(self.vowels):
                yield rest

    def _strippable(self, ending: str) -> bool:
        """A single consonant is no ending unless the stem before it is known."""
        return len(ending) > 1 or ending in self.vowels

    def _letters(self, context: str) -> str:
        alphabet = "abcdefghijklmnopqrstuvwxyz" if self.name == "az" else "абвгдежзийклмнопрстуфхцчшщъыьэюяәғқңөұүһі"
        consonants = "".join(letter for letter in alphabet if letter not in self.vowels) + self.glides
        voiced = "".join(letter for letter in consonants if letter not in self.voiceless)
        classes = {
            "any": alphabet,
            "vowel": self.vowels,
            "consonant": consonants,
            "voiced": voiced,
            "voiceless": self.voiceless,
            "low": "ае",
        }
        return classes[context]


def _lines(name: str) -> list[str]:
    text = files("archive").joinpath(f"lexicon/{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


_AZERBAIJANI = _Language(name="az", vowels="aeiou", voiceless="", glides="", soft={"q": "g", "k": "y"})
_KAZAKH = _Language(
    name="kk",
    vowels="аәеиоөуұүыіэюя",
    voiceless="пфкқтсшщчцхһбвгд",
    glides="уию",
    soft={"қ": "ғ", "к": "г", "п": "б"},
)
_RUSSIAN = snowballstemmer.stemmer("russian")
_RUSSIAN_LOCK = Lock()
"""A Snowball stemmer keeps the word it works on in itself."""


@lru_cache(maxsize=1 << 16)
def stem_first(word: str) -> str:
    """The stem of a folded word: Latin as Azerbaijani, Cyrillic as Kazakh, anything else as it is."""
    if _LATIN.fullmatch(word):
        return _AZERBAIJANI.stem(word)
    if _CYRILLIC.fullmatch(word):
        return _KAZAKH.stem(word)
    return word


@lru_cache(maxsize=1 << 16)
def stem_second(word: str) -> str:
    """The stem of a folded word: Cyrillic as Russian, anything else as in the first stream."""
    if not _CYRILLIC.fullmatch(word):
        return stem_first(word)
    with _RUSSIAN_LOCK:
        return str(_RUSSIAN.stemWord(word))
