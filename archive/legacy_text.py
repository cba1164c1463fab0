"""Old texts come in damaged: misread encodings, torn letters, the furniture of web pages. Mended line by line, with
a note of every change, so that nothing is altered unseen (REQUIREMENTS A15, F).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MISREAD = str.maketrans("ќЌѕЅєЄјЈўЎїЇґҐћЋ", "қҚңҢғҒәӘұҰүҮөӨһҺ")
"""the 16 places where Windows-1251 differs from KZ-1048 (STRK 1048-2002)"""
KAZAKH = frozenset("қңғәұүөһҚҢҒӘҰҮӨҺ")
NEIGHBOURS = {
    "Ukrainian": frozenset("єїґ"),
    "Belarusian": frozenset("ў"),
    "Macedonian": frozenset("ѕјќ"),
    "Serbian": frozenset("јћ"),
}
"""alphabets in which some of the misread letters are right"""
KAZAKH_WORD = re.compile(
    r"және|мен|бойынша|үшін|жыл\w*|емес|бар|"
    r"\w{2,}(?:[ндт]ың|[ндт]ің|[лдт]ар|[лдт]ер|[ғқ]а|[гк]е|д[аеыі]|[лдт]ық|[лдт]ік|с[ыі]|[ыі]н|[ғқ]ан|[гк]ен|м[ыі]з)"
)
NEIGHBOUR_WORD = re.compile(
    r"та|що|щоб|для|від|про|або|його|які|який|яка|був|була|\w+(?:ння|ться|ого|ому|ість|ський|ська|ське)|"  # Ukrainian
    r"што|гэта|быў|было|яна|\w+(?:цца|скі|кая)|"  # Belarusian
    r"на|во|од|или|како|није|које|који|која|је|су|са|\w+(?:ње|ќе|ски)"  # Macedonian, Serbian
)
WORD = re.compile(r"\w+")
TORN = re.compile(r"[^\W\d_]{1,3}")
HARD_I = re.compile(r"(?<=[^\W\d_]) ı(?=[^\W\d_])")
"""no Azerbaijani word begins with ı: it is the end of the one before"""
ENDED = (".", ";", "!", "?")
FURNITURE = tuple(
    re.compile(pattern)
    for pattern in (
        r"\.: \S.*",  # .: Nəşrlər, bülletenlər
        r"[^»]+ » [^»]+( » [^»]+)*",  # where the page stood
        r".*Дата\d{2}\.\d{2}\.\d{4}",
        r"өлшемі\d+(\.\d+)? ?[KM]b\.?",
        r"Каталог: .*",
        r"files -> .*",
        r"Достарыңызбен бөлісу:",
        r"©\s?\w[\w.]+ \d{4}",
        r"әкімшілігінің қараңыз",
        r"Басты бет",
        r"Son xəbərlər",
        r"Orphus sistemi",
    )
)
"""lines that a web page has around its text; looked for only before its first and behind its last line"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """One line that was changed, or that somebody should look at."""

    line: int
    """in the text as it came, from 1"""
    rule: str
    """kz-1048, torn-letters, hard-i, page-furniture; lost-beginning is only told, nothing can be done about it"""
    before: str
    after: str
    """empty: the line was dropped"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MendedText:
    """A text as it should have come, and what was done to it."""

    text: str
    mendings: tuple[Mending, ...]


Lines = list[tuple[int, str]]
"""lines with the numbers they came with"""


def mend(text: str) -> MendedText:
    """Undo what is known to have happened to a text; what is in order comes back as it was."""
    lines: Lines = list(enumerate(text.splitlines(), start=1))
    mendings: list[Mending] = []
    for rule in (_encoding, _furniture, _torn, _hard_i, _beheaded):
        lines = rule(lines, mendings)
    return MendedText(
        text="\n".join(line for _, line in lines) if mendings else text,
        mendings=tuple(sorted(mendings, key=lambda mending: mending.line)),
    )


def as_kazakh(text: str) -> str:
    """A table read as Windows-1251, with its lines of KZ-1048 undone and nothing else touched."""
    numbered = list(enumerate(text.split("\n"), start=1))
    return "\n".join(line for _, line in _encoding(numbered, []))


def _encoding(lines: Lines, mendings: list[Mending]) -> Lines:
    """KZ-1048 read as Windows-1251, in the lines that are Kazakh; the same letters are right in other languages."""
    if not _misread_kazakh("\n".join(line for _, line in lines)):
        return lines
    return _each(lines, mendings, "kz-1048", lambda line: line.translate(MISREAD) if _is_kazakh(line) else line)


def _misread_kazakh(text: str) -> bool:
    """Its odd letters stand together in no alphabet but the misread one, or its words are Kazakh once mended."""
    odd = {letter for letter in text.lower() if ord(letter) in MISREAD}
    if not odd:
        return False
    return not any(odd <= letters for letters in NEIGHBOURS.values()) or _is_kazakh(text)


def _is_kazakh(text: str) -> bool:
    """A guess: right Kazakh letters say that it was not misread; else its words say which language it is."""
    if not KAZAKH.isdisjoint(text) or not any(ord(each) in MISREAD for each in text):
        return False
    kazakh = sum(1 for word in WORD.findall(text.translate(MISREAD).lower()) if KAZAKH_WORD.fullmatch(word))
    neighbour = sum(1 for word in WORD.findall(text.lower()) if NEIGHBOUR_WORD.fullmatch(word))
    return kazakh >= neighbour


def _furniture(lines: Lines, mendings: list[Mending]) -> Lines:
    """Drop what a web page had around the text."""
    kept = [line for line in lines if not line[1].strip() or not _is_furniture(line[1])]
    text = [number for number, line in kept if line.strip()]
    if not text or len(kept) == len(lines):
        return lines
    first, last = text[0], text[-1]
    outside = [(number, line) for number, line in lines if not first <= number <= last]
    mendings += [
        Mending(line=number, rule="page-furniture", before=line, after="") for number, line in outside if line.strip()
    ]
    return [(number, line) for number, line in lines if first <= number <= last]


def _is_furniture(line: str) -> bool:
    return any(pattern.fullmatch(line.strip()) for pattern in FURNITURE)


def _torn(lines: Lines, mendings: list[Mending]) -> Lines:
    """One to three letters alone on a line belong to the word that begins the next."""
    whole: Lines = []
    torn: tuple[int, str] | None = None
    for number, line in lines:
        if torn is not None and line[:1].isalpha():
            whole[-1] = (torn[0], torn[1] + line)
            mendings.append(Mending(line=torn[0], rule="torn-letters", before=torn[1], after=torn[1] + line))
            torn = None
            continue
        whole.append((number, line))
        torn = (number, line.strip()) if TORN.fullmatch(line.strip()) else None
    return whole


def _hard_i(lines: Lines, mendings: list[Mending]) -> Lines:
    """As in yekunlar ımüəyyən: the space slipped by one letter. Only where ə shows that the line is Azerbaijani."""
    return _each(lines, mendings, "hard-i", lambda line: HARD_I.sub("ı ", line) if "ə" in line else line)


def _beheaded(lines: Lines, mendings: list[Mending]) -> Lines:
    """A paragraph that begins small after one that began large and ended has lost letters that nobody can guess."""
    before = ""
    for number, line in lines:
        text = line.strip()
        if text and before[:1].isupper() and before.endswith(ENDED) and text[0].islower():
            mendings.append(Mending(line=number, rule="lost-beginning", before=line, after=line))
        before = text or before
    return lines


def _each(lines: Lines, mendings: list[Mending], rule: str, change: Callable[[str], str]) -> Lines:
    return list(_changed(lines, mendings, rule, change))


def _changed(
    lines: Lines, mendings: list[Mending], rule: str, change: Callable[[str], str]
) -> Iterator[tuple[int, str]]:
    for number, line in lines:
        after = change(line)
        if after != line:
            mendings.append(Mending(line=number, rule=rule, before=line, after=after))
        yield number, after
