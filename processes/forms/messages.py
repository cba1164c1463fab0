"""What validation says about a value, in four languages. The form's own checks bring their own words."""

from collections.abc import Mapping
from typing import Any

from processes.forms.model import LANGUAGES, Titles

MESSAGES: Mapping[str, Titles] = {
    "required": {
        "az": "“{label}” sahəsini doldurun.",
        "kk": "«{label}» өрісін толтырыңыз.",
        "ru": "Заполните поле «{label}».",
        "en": "Fill in “{label}”.",
    },
    "too-long": {
        "az": "“{label}”: ən çoxu {limit} işarə ola bilər, indi {count} işarədir.",
        "kk": "«{label}»: ең көбі {limit} таңба болуы мүмкін, қазір {count} таңба.",
        "ru": "«{label}»: не больше {limit} знаков, сейчас их {count}.",
        "en": "“{label}” may have at most {limit} characters; it has {count}.",
    },
    "too-short": {
        "az": "“{label}”: ən azı {limit} işarə yazın.",
        "kk": "«{label}»: кемінде {limit} таңба жазыңыз.",
        "ru": "«{label}»: нужно не меньше {limit} знаков.",
        "en": "“{label}” needs at least {limit} characters.",
    },
    "not-a-number": {
        "az": "“{label}”: ədəd yazın, məsələn 1250,50.",
        "kk": "«{label}»: сан жазыңыз, мысалы 1250,50.",
        "ru": "«{label}»: укажите число, например 1250,50.",
        "en": "“{label}”: enter a number, such as 1250.50.",
    },
    "not-an-integer": {
        "az": "“{label}”: tam ədəd yazın, məsələn 15.",
        "kk": "«{label}»: бүтін сан жазыңыз, мысалы 15.",
        "ru": "«{label}»: укажите целое число, например 15.",
        "en": "“{label}”: enter a whole number, such as 15.",
    },
    "too-small": {
        "az": "“{label}”: ən kiçik qiymət {limit}.",
        "kk": "«{label}»: ең аз мәні {limit}.",
        "ru": "«{label}»: наименьшее значение — {limit}.",
        "en": "“{label}” must be {limit} or more.",
    },
    "too-big": {
        "az": "“{label}”: ən böyük qiymət {limit}.",
        "kk": "«{label}»: ең көп мәні {limit}.",
        "ru": "«{label}»: наибольшее значение — {limit}.",
        "en": "“{label}” must be {limit} or less.",
    },
    "not-a-date": {
        "az": "“{label}”: tarix yazın, məsələn 19.03.2026.",
        "kk": "«{label}»: күнді жазыңыз, мысалы 19.03.2026.",
        "ru": "«{label}»: укажите дату, например 19.03.2026.",
        "en": "“{label}”: enter a date, such as 19.03.2026.",
    },
    "not-an-address": {
        "az": "“{label}”: e-poçt ünvanı yazın, məsələn ad@qurum.az.",
        "kk": "«{label}»: электрондық пошта мекенжайын жазыңыз, мысалы aty@mekeme.kz.",
        "ru": "«{label}»: укажите адрес электронной почты, например imya@organ.kz.",
        "en": "“{label}”: enter an e-mail address, such as name@body.az.",
    },
    "wrong-form": {
        "az": "“{label}”: yazılış forması düzgün deyil.",
        "kk": "«{label}»: жазылу түрі дұрыс емес.",
        "ru": "«{label}»: записано в неверной форме.",
        "en": "“{label}” is not written in the right form.",
    },
    "not-an-option": {
        "az": "“{label}”: siyahıdakı variantlardan seçin.",
        "kk": "«{label}»: тізімдегі нұсқалардан таңдаңыз.",
        "ru": "«{label}»: выберите из вариантов списка.",
        "en": "“{label}”: choose from the options given.",
    },
    "too-many": {
        "az": "“{label}”: sayı {limit}-dən çox ola bilməz.",
        "kk": "«{label}»: саны {limit}-ден аспауы керек.",
        "ru": "«{label}»: не больше {limit}.",
        "en": "“{label}”: no more than {limit}.",
    },
    "too-few": {
        "az": "“{label}”: ən azı {limit} seçin.",
        "kk": "«{label}»: кемінде {limit} таңдаңыз.",
        "ru": "«{label}»: нужно не меньше {limit}.",
        "en": "“{label}”: at least {limit}.",
    },
    "repeated": {
        "az": "“{label}”: eyni qiymət bir neçə dəfə verilib.",
        "kk": "«{label}»: бір мән бірнеше рет берілген.",
        "ru": "«{label}»: одно значение указано несколько раз.",
        "en": "“{label}” has the same value more than once.",
    },
    "unprintable": {
        "az": "“{label}”: mətndə görünməyən idarəetmə işarələri var ({points}). Mətni yenidən yazın.",
        "kk": "«{label}»: мәтінде көрінбейтін басқару таңбалары бар ({points}). Мәтінді қайта жазыңыз.",
        "ru": "«{label}»: в тексте невидимые управляющие знаки ({points}). Наберите текст заново.",
        "en": "“{label}” holds invisible control characters ({points}). Type the text again.",
    },
    "wrong-value": {
        "az": "“{label}”: bu qiymət yararsızdır.",
        "kk": "«{label}»: бұл мән жарамсыз.",
        "ru": "«{label}»: это значение не подходит.",
        "en": "“{label}”: this value does not fit.",
    },
    "unknown-field": {
        "az": "Formada “{label}” adlı sahə yoxdur.",
        "kk": "Нысанда «{label}» деген өріс жоқ.",
        "ru": "В форме нет поля «{label}».",
        "en": "The form has no field “{label}”.",
    },
    "check-failed": {
        "az": "“{label}” yoxlanıla bilmədi ({check}). Formanı hazırlayana bildirin.",
        "kk": "«{label}» тексерілмеді ({check}). Нысанды дайындаған адамға хабарлаңыз.",
        "ru": "«{label}»: проверка {check} не сработала. Сообщите составителю формы.",
        "en": "“{label}” could not be checked ({check}). Tell the form's author.",
    },
}
"""code → language → words; `{label}` is the field's label"""


def message(code: str, label: Titles, **facts: Any) -> dict[str, str]:
    """The message in every language, with the field's label and the facts in it."""
    return {
        language: MESSAGES[code][language].format(label=label.get(language) or label.get("en", ""), **facts)
        for language in LANGUAGES
    }
