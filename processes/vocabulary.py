"""The fixed lists of the office: calendars, access levels, registry sections, topics and territories of appeals."""

from collections.abc import Mapping

Entries = Mapping[str, Mapping[str, str]]

CALENDARS = ("AZ", "KZ")
"""the countries whose working calendar a body can follow"""

ACCESS_LEVELS: Entries = {
    "open": {"az": "Açıq", "kk": "Ашық", "ru": "Открытый", "en": "Open"},
    "official_use": {
        "az": "Xidməti istifadə üçün",
        "kk": "Қызмет бабында пайдалану үшін",
        "ru": "Для служебного пользования",
        "en": "Official use",
    },
    "commercial_secret": {
        "az": "Kommersiya sirri",
        "kk": "Коммерциялық құпия",
        "ru": "Коммерческая тайна",
        "en": "Commercial secret",
    },
}
"""B16; a state secret is refused at every door and so is no level here"""

ACCESS_FLAGS: Entries = {
    "personal_data": {
        "az": "Fərdi məlumatlar var",
        "kk": "Дербес деректер бар",
        "ru": "Есть персональные данные",
        "en": "Contains personal data",
    },
    "special_categories": {
        "az": "Xüsusi kateqoriyalı fərdi məlumatlar var",
        "kk": "Ерекше санаттағы дербес деректер бар",
        "ru": "Есть персональные данные особых категорий",
        "en": "Contains special categories of personal data",
    },
}
"""what restricts a document beside its level"""

SECTIONS: Entries = {
    "social": {"az": "Sosial müdafiə", "kk": "Әлеуметтік қорғау", "ru": "Социальная защита", "en": "Social protection"},
    "property": {"az": "Əmlak və torpaq", "kk": "Мүлік және жер", "ru": "Имущество и земля", "en": "Property and land"},
    "housing": {
        "az": "Mənzil-kommunal təsərrüfat",
        "kk": "Тұрғын үй-коммуналдық шаруашылық",
        "ru": "Жилищно-коммунальное хозяйство",
        "en": "Housing and utilities",
    },
    "business": {"az": "Sahibkarlıq", "kk": "Кәсіпкерлік", "ru": "Предпринимательство", "en": "Business"},
    "construction": {
        "az": "Tikinti və memarlıq",
        "kk": "Құрылыс және сәулет",
        "ru": "Строительство и архитектура",
        "en": "Construction",
    },
    "education": {"az": "Təhsil", "kk": "Білім беру", "ru": "Образование", "en": "Education"},
    "health": {"az": "Səhiyyə", "kk": "Денсаулық сақтау", "ru": "Здравоохранение", "en": "Health"},
    "transport": {"az": "Nəqliyyat", "kk": "Көлік", "ru": "Транспорт", "en": "Transport"},
    "civil_status": {
        "az": "Vətəndaşlıq vəziyyəti aktları",
        "kk": "Азаматтық хал актілері",
        "ru": "Акты гражданского состояния",
        "en": "Civil status",
    },
    "other": {"az": "Digər", "kk": "Басқа", "ru": "Прочее", "en": "Other"},
}

TOPICS: Entries = {
    "housing": {"az": "Mənzil", "kk": "Тұрғын үй", "ru": "Жильё", "en": "Housing"},
    "water": {"az": "Su təchizatı", "kk": "Сумен жабдықтау", "ru": "Водоснабжение", "en": "Water supply"},
    "roads": {
        "az": "Yollar və abadlıq",
        "kk": "Жолдар мен абаттандыру",
        "ru": "Дороги и благоустройство",
        "en": "Roads",
    },
    "land": {"az": "Torpaq", "kk": "Жер", "ru": "Земля", "en": "Land"},
    "social": {"az": "Sosial yardım", "kk": "Әлеуметтік көмек", "ru": "Социальная помощь", "en": "Social aid"},
    "education": {"az": "Təhsil", "kk": "Білім беру", "ru": "Образование", "en": "Education"},
    "health": {"az": "Səhiyyə", "kk": "Денсаулық сақтау", "ru": "Здравоохранение", "en": "Health"},
    "other": {"az": "Digər", "kk": "Басқа", "ru": "Прочее", "en": "Other"},
}

TERRITORIES: Entries = {
    "shafag": {"az": "Şəfəq rayonu", "kk": "Шафаг ауданы", "ru": "Шафагский район", "en": "Shafag district"},
    "bulaq": {"az": "Bulaq qəsəbəsi", "kk": "Булаг кенті", "ru": "посёлок Булаг", "en": "Bulag settlement"},
    "samal": {"az": "Samal rayonu", "kk": "Самал ауданы", "ru": "Самальский район", "en": "Samal district"},
}
