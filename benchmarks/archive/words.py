"""Texts in Azerbaijani, Kazakh and Russian as offices write them: few words often, many seldom, all with endings."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import accumulate

from archive.folding import tokens

SELDOM = 6_000
"""words of each language that stand in few documents: names, places, things"""
SENTENCES = 10_000
"""sentences and titles of each language: offices write the same again and again"""
FLATTENED = 30
"""how much less often than by Zipf's law the most frequent words come: offices have no stop words here"""
_RUSSIAN = """
    абонент администрация адрес акт архив аттестат благоустройство вода водоснабжение вопрос гражданин двор
    делопроизводство дело день директор договор документ дом дорога жалоба жилище задача закон замена заседание
    заявитель заявление здание земля инспекция исполнитель квартира комиссия контроль лицо мера министерство
    надзор налог населения нарушение номер область обращение общество объект орган ответ отдел отказ отчет
    оценка плата подпись помещение порядок постановление право предприятие приемная приказ проверка проект
    протокол работа район разрешение рассмотрение регистрация результат решение руководитель сведение семья
    служба собственность согласие справка срок статья субсидия суд тариф теплоснабжение территория требование
    труд улица управление услуга устав участок учет учреждение федерация ходатайство штраф экспертиза
"""
_ENDINGS = {
    "az": ("", "", "lar", "lər", "ın", "in", "da", "də", "dan", "dən", "a", "ə", "ı", "i", "ları", "ləri", "larının"),
    "kk": (
        "",
        "",
        "лар",
        "лер",
        "тар",
        "тер",
        "ның",
        "нің",
        "ға",
        "ге",
        "да",
        "де",
        "дан",
        "ы",
        "і",
        "лары",
        "лерінің",
    ),
    "ru": ("", "", "а", "у", "ом", "е", "ы", "и", "ов", "ами", "ах", "я", "ю", "ей", "ями", "ия", "ении"),
}
_SYLLABLES = {
    "az": "ba bə ca çə da də fa gü hə xa ka kə qa la lə ma mə na nə pa ra rə sa sə şa şə ta tə va və ya zə",
    "kk": "ба бе да де ға ге жа же қа ке ла ле ма ме на не ңа өп ра ре са се та те ұр үл ша ше із ын",
    "ru": "ба бе ва во га го да до за зо ка ко ла ло ма мо на но па по ра ро са со та то ча ше щу яр",
}


@dataclass(frozen=True, slots=True)
class Passage:
    """Some words as written, and their tokens in both streams (archive/folding.py)."""

    written: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Language:
    """What documents of a language are made of: sentences that come again, and words that hardly do."""

    name: str
    sentences: list[Passage]
    titles: list[Passage]
    seldom: list[Passage]

    def text(self, chance: random.Random) -> Passage:
        """A letter of some two to twenty sentences, each third of its own words."""
        length = int(chance.triangular(2, 20, 6))
        return joined([*chance.choices(self.sentences, k=length), *chance.choices(self.seldom, k=length // 3 + 1)])


def passage(written: str) -> Passage:
    """A text with its tokens."""
    first, second = tokens(written)
    return Passage(written, " ".join(first), " ".join(second))


def joined(parts: Sequence[Passage]) -> Passage:
    """One text of several."""
    return Passage(
        " ".join([part.written for part in parts]),
        " ".join([part.first for part in parts]),
        " ".join([part.second for part in parts]),
    )


def language(name: str) -> Language:
    """The same words every time; of the frequent ones each as often as Zipf says."""
    chance = random.Random(f"archive {name}")
    seldom = _seldom(name, chance)
    stems = [*_frequent(name), *seldom]
    words = [passage(stem + ending) for stem in stems for ending in chance.sample(_ENDINGS[name], 3)]
    weights = list(accumulate(1 / (number + FLATTENED) for number in range(len(words))))

    def passages(count: int, shortest: int, longest: int) -> list[Passage]:
        lengths = [chance.randrange(shortest, longest) for _ in range(count)]
        return [joined(chance.choices(words, cum_weights=weights, k=length)) for length in lengths]

    return Language(name, passages(SENTENCES, 6, 16), passages(SENTENCES, 3, 8), words[-3 * len(seldom) :])


def _frequent(name: str) -> list[str]:
    if name == "ru":
        return _RUSSIAN.split()
    text = files("archive").joinpath(f"lexicon/{name}-stems.txt").read_text(encoding="utf-8")
    stems = [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
    random.Random(name).shuffle(stems)
    return stems


def _seldom(name: str, chance: random.Random) -> list[str]:
    syllables = _SYLLABLES[name].split()
    found: dict[str, None] = {}
    while len(found) < SELDOM:
        found["".join(chance.choices(syllables, k=chance.randrange(3, 6)))] = None
    return list(found)
