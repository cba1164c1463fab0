"""Why a day is off, as a code and in the office's four languages, from the English names of the `holidays` package."""

from collections.abc import Mapping

WEEKEND = "weekend"
DECREE = "decree"
HOLIDAY = "holiday"

CODES: Mapping[str, Mapping[str, str]] = {
    "AZ": {
        "New Year's Day": "new_year",
        "Martyrs' Day": "mourning",
        "Women's Day": "women",
        "Spring Festival": "novruz",
        "Victory over Fascism Day": "victory_over_fascism",
        "Republic Day": "republic_az",
        "Independence Day": "independence",
        "National Liberation Day": "liberation",
        "Armed Forces Day": "armed_forces",
        "Victory Day": "zafar",
        "National Flag Day": "flag",
        "International Azerbaijanis Solidarity Day": "solidarity_az",
        "Eid al-Fitr": "ramazan",
        "Eid al-Adha": "qurban",
        "Presidential elections": "elections",
        "Municipal elections": "elections",
        "Day off": "transferred",
    },
    "KZ": {
        "New Year's Day": "new_year",
        "Orthodox Christmas": "christmas",
        "International Women's Day": "women",
        "Nowruz Holiday": "novruz",
        "Kazakhstan's People Solidarity Holiday": "unity",
        "Defender of the Fatherland Day": "defender",
        "Victory Day": "victory",
        "Capital Day": "capital",
        "Constitution Day": "constitution",
        "Republic Day": "republic_kz",
        "First President Day": "first_president",
        "Independence Day": "independence",
        "Eid al-Adha": "qurban",
        "Day off": "transferred",
    },
}
"""calendar → English name → code"""


def _row(az: str, kk: str, ru: str, en: str) -> Mapping[str, str]:
    return {"az": az, "kk": kk, "ru": ru, "en": en}


WORDS: Mapping[str, Mapping[str, str]] = {
    WEEKEND: _row("həftə sonu", "демалыс", "выходные", "weekend"),
    DECREE: _row("qərarla istirahət günü", "шешім бойынша демалыс күні", "выходной по решению", "day off by decree"),
    HOLIDAY: _row("bayram", "мереке", "праздник", "public holiday"),
    "transferred": _row(
        "köçürülmüş istirahət günü", "ауыстырылған демалыс күні", "перенесённый выходной", "moved day off"
    ),
    "elections": _row("seçkilər", "сайлау", "выборы", "elections"),
    "new_year": _row("Yeni il", "Жаңа жыл", "Новый год", "New Year"),
    "mourning": _row("Ümumxalq hüzn günü", "Жалпыхалықтық аза тұту күні", "День всенародной скорби", "Martyrs' Day"),
    "women": _row("Qadınlar günü", "Әйелдер күні", "Женский день", "Women's Day"),
    "novruz": _row("Novruz", "Наурыз", "Новруз", "Novruz"),
    "ramazan": _row("Ramazan", "Ораза айт", "Рамазан", "Ramazan"),
    "qurban": _row("Qurban", "Құрбан айт", "Гурбан", "Gurban"),
    "victory_over_fascism": _row(
        "Faşizm üzərində Qələbə günü", "Фашизмді жеңген күн", "День Победы над фашизмом", "Victory over Fascism Day"
    ),
    "republic_az": _row("Respublika günü", "Республика күні", "День Республики", "Republic Day"),
    "independence": _row("Müstəqillik günü", "Тәуелсіздік күні", "День независимости", "Independence Day"),
    "liberation": _row(
        "Milli qurtuluş günü", "Ұлттық құтқарылу күні", "День национального спасения", "National Salvation Day"
    ),
    "armed_forces": _row("Silahlı Qüvvələr günü", "Қарулы күштер күні", "День Вооружённых сил", "Armed Forces Day"),
    "zafar": _row("Zəfər günü", "Зафар күні", "День Победы", "Victory Day"),
    "flag": _row("Dövlət bayrağı günü", "Мемлекеттік ту күні", "День государственного флага", "State Flag Day"),
    "solidarity_az": _row(
        "Dünya azərbaycanlılarının həmrəyliyi günü",
        "Әлем әзербайжандарының ынтымақтастығы күні",
        "День солидарности азербайджанцев мира",
        "World Azerbaijanis Solidarity Day",
    ),
    "christmas": _row(
        "Pravoslav Milad günü", "Православиелік Рождество", "Православное Рождество", "Orthodox Christmas"
    ),
    "unity": _row(
        "Qazaxıstan xalqının birliyi günü",
        "Қазақстан халқының бірлігі мерекесі",
        "Праздник единства народа Казахстана",
        "Unity Day of the People of Kazakhstan",
    ),
    "defender": _row("Vətən müdafiəçisi günü", "Отан қорғаушы күні", "День защитника Отечества", "Defender's Day"),
    "victory": _row("Qələbə günü", "Жеңіс күні", "День Победы", "Victory Day"),
    "capital": _row("Paytaxt günü", "Астана күні", "День столицы", "Capital Day"),
    "constitution": _row("Konstitusiya günü", "Конституция күні", "День Конституции", "Constitution Day"),
    "republic_kz": _row("Respublika günü", "Республика күні", "День Республики", "Republic Day"),
    "first_president": _row(
        "Birinci Prezident günü", "Тұңғыш Президент күні", "День Первого Президента", "First President Day"
    ),
}
"""code → language → words"""


def code_of(calendar: str, english_name: str) -> str:
    """Code of a holiday's name, whatever notes such as "(observed)" follow it; an unknown one is `holiday`."""
    plain = english_name.split(" (", 1)[0]
    return CODES.get(calendar, {}).get(plain, HOLIDAY)
