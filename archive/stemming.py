"""Stems of folded words, by the word alone: a query need not know the language of what it will find.

A Cyrillic word may be Kazakh or Russian, and many documents hold both, so a text gives two streams of stems: in the
first a Cyrillic word is stemmed as Kazakh, in the second as Russian (Snowball). A Latin word is stemmed as Azerbaijani
in both. A query word matches in either stream, a phrase within one.

Azerbaijani and Kazakh words take their endings one after the other. `lexicon/*-stems.txt` holds nouns and
`lexicon/*-verbs.txt` roots of verbs that are known: a word that is one of them with endings in their proper order
(`*-suffixes.txt`, `*-verb-suffixes.txt`) has that stem, the longest noun that fits, else the longest verb. Of any other
word the endings of nouns are stripped, longest first, until none is left: those whose vowels agree with the stem's and
whose first sound may follow it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
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
_LONG = 4
"""Letters of a noun after which endings of persons are read (vəkiləm): after fewer, words merely end so (ad, adam)."""
_KNOWN, _FORM, _PERSON = "known", "form", "person"
"""in the lists of endings: taken from known stems only; the slot that makes a verb; the slot of nouns for persons"""


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
    back: str
    front: str
    """vowels after which endings have vowels of the same kind; of others it is not known"""
    free: frozenset[str] = frozenset()
    """endings whose vowel is the same after all stems"""
    nouns: dict[str, str] = field(default_factory=dict)
    """stem as written before an ending → stem"""
    verbs: dict[str, str] = field(default_factory=dict)
    """root as written before an ending → root"""
    endings: list[re.Pattern[str]] = field(default_factory=list)
    """all endings at once, in their order: of nouns, of nouns of few letters, of verbs"""
    suffixes: list[tuple[str, str]] = field(default_factory=list)
    """(ending, the letters it may stand after), longest first"""

    def __post_init__(self) -> None:
        for stem in self._listed("stems"):
            self.nouns[stem] = stem
            if stem[-1] in self.soft:
                self.nouns.setdefault(stem[:-1] + self.soft[stem[-1]], stem)
        self.verbs.update({root: root for root in self._listed("verbs")})
        for line in _lines(f"{self.name}-alternants"):
            stem, *written = map(fold, line.split())
            known = self.verbs if stem in self.verbs else self.nouns
            for each in written:
                known.setdefault(each, stem)
        nouns, verbs = self._slots("suffixes"), self._slots("verb-suffixes")
        short = {slot: endings for slot, endings in nouns.items() if slot != _PERSON}
        form = verbs.pop(_FORM)
        before = {slot: verbs.pop(slot) for slot in list(verbs) if slot.startswith(("voice", "negation"))}
        told = (
            _optional(nouns),
            _optional(short),
            f"(?:{_optional(before)}{_one(form)}{_optional(verbs)}{_optional(nouns)})?",
        )
        self.endings.extend(map(re.compile, told))
        self.suffixes.sort(key=lambda suffix: (-len(suffix[0]), suffix))

    def _listed(self, name: str) -> list[str]:
        return [fold(word) for line in _lines(f"{self.name}-{name}") for word in line.split()]

    def _slots(self, name: str) -> dict[str, list[str]]:
        """Slot → patterns of its endings; those that need no known stem are noted apart."""
        slots: dict[str, list[str]] = {}
        for line in _lines(f"{self.name}-{name}"):
            head, endings = line.split(":")
            slot, *context = head.split()
            folded = sorted({fold(ending) for ending in endings.split()})
            if context in ([], [_KNOWN]):
                slots.setdefault(slot, []).extend(folded)
                continue
            after = self._letters(context[0])
            slots.setdefault(slot, []).append(f"(?<=[{after}])(?:{'|'.join(folded)})")
            self.suffixes.extend((ending, after) for ending in folded if self._strippable(ending))
        return slots

    def stem(self, word: str) -> str:
        """The stem of a folded word of this language."""
        known = self._known_stem(word)
        return self._stripped(word) if known is None else known

    def _known_stem(self, word: str) -> str | None:
        """The longest stem of the lexicon that this word is an inflection of."""
        of_nouns, of_short, of_verbs = self.endings
        verbs: list[str] = []
        for length in range(len(word), 1, -1):
            noun = self.nouns.get(word[:length])
            if noun is not None and (of_nouns if length >= _LONG else of_short).fullmatch(word, length):
                return noun
            verb = self.verbs.get(word[:length])
            if verb is not None and of_verbs.fullmatch(word, length):
                verbs.append(verb)
        return verbs[0] if verbs else None

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
            if _SHORTEST <= len(rest) < len(word) and rest[-1] in after and self._agree(rest, suffix):
                yield rest

    def _agree(self, rest: str, suffix: str) -> bool:
        """Whether there is a vowel left, and the ending's first vowel may follow it (vowel harmony)."""
        last = next((letter for letter in reversed(rest) if letter in self.vowels), None)
        first = next((letter for letter in suffix if letter in self.vowels), None)
        if last is None or first is None or suffix in self.free or rest[-1] == "ь":
            return last is not None
        return not (last in self.back and first in self.front) and not (last in self.front and first in self.back)

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


def _one(endings: Sequence[str]) -> str:
    return f"(?:{'|'.join(endings)})"


def _optional(slots: Mapping[str, Sequence[str]]) -> str:
    """All slots in their order, each of which may be empty; one with a 2 in its name needs the one before it."""
    told = needing = ""
    for slot, endings in reversed([*slots.items()]):
        if slot.endswith("2"):
            needing = f"{_one(endings)}?{needing}"
        else:
            told, needing = f"(?:{_one(endings)}{needing})?{told}", ""
    return told


def _lines(name: str) -> list[str]:
    text = files("archive").joinpath(f"lexicon/{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


_AZERBAIJANI = _Language(
    name="az", vowels="aeiou", voiceless="", glides="", soft={"q": "g", "k": "y"}, back="a", front="e"
)
_KAZAKH = _Language(
    name="kk",
    vowels="аәеиоөуұүыіэюя",
    voiceless="пфкқтсшщчцхһбвгд",
    glides="уию",
    soft={"қ": "ғ", "к": "г", "п": "б"},
    back="аоұы",
    front="әеөүі",
    free=frozenset({"мен", "бен", "пен"}),
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
