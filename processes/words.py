"""The few words that documents made by the office itself need, in its four languages."""

from collections.abc import Mapping
from datetime import date, datetime

WORDS: Mapping[str, Mapping[str, str]] = {
    "e-seal": {
        "az": "qurumun elektron möhürü",
        "kk": "органның электрондық мөрі",
        "ru": "электронная печать органа",
        "en": "the body's electronic seal",
    },
    "acting-for": {
        "az": "{name} əvəzinə",
        "kk": "{name} орнына",
        "ru": "за {name}",
        "en": "acting for {name}",
    },
    "redacted-page": {
        "az": "Çıxarışlı surət, səhifə {number}",
        "kk": "Жасырылған көшірме, {number}-бет",
        "ru": "Копия с изъятиями, страница {number}",
        "en": "Redacted copy, page {number}",
    },
    "head": {"az": "rəhbər", "kk": "басшы", "ru": "руководитель", "en": "head"},
    "deputy": {
        "az": "rəhbərin müavini",
        "kk": "басшының орынбасары",
        "ru": "заместитель руководителя",
        "en": "deputy head",
    },
    "substitute": {
        "az": "əvəz edən şəxs",
        "kk": "міндетін атқарушы",
        "ru": "исполняющий обязанности",
        "en": "substitute",
    },
    "responsible_person": {
        "az": "məsul şəxs",
        "kk": "жауапты тұлға",
        "ru": "ответственное лицо",
        "en": "responsible person",
    },
    "operator_person": {
        "az": "Reyestr operatorunun məsul şəxsi",
        "kk": "Тізілім операторының жауапты тұлғасы",
        "ru": "ответственное лицо оператора Реестра",
        "en": "the Registry operator's responsible person",
    },
    "clerk": {"az": "kargüzar", "kk": "іс жүргізуші", "ru": "делопроизводитель", "en": "clerk"},
    "executor": {"az": "icraçı", "kk": "орындаушы", "ru": "исполнитель", "en": "executor"},
    "archivist": {"az": "arxivçi", "kk": "мұрағатшы", "ru": "архивист", "en": "archivist"},
    "receiver": {
        "az": "qəbul edən arxivin nümayəndəsi",
        "kk": "қабылдаушы мұрағаттың өкілі",
        "ru": "представитель принимающего архива",
        "en": "receiving archive's person",
    },
    "supervisor": {"az": "nəzarətçi", "kk": "бақылаушы", "ru": "контролёр", "en": "supervisor"},
    "designer": {
        "az": "proses dizayneri",
        "kk": "процесс жобалаушысы",
        "ru": "проектировщик процессов",
        "en": "process designer",
    },
    "administrator": {"az": "inzibatçı", "kk": "әкімші", "ru": "администратор", "en": "administrator"},
    "curator": {"az": "kurator", "kk": "куратор", "ru": "куратор", "en": "curator"},
    "officer": {"az": "vəzifəli şəxs", "kk": "лауазымды тұлға", "ru": "должностное лицо", "en": "officer"},
    "removal-title": {
        "az": "Dövlət sirri olan sənədin arxivdən çıxarılması haqqında akt",
        "kk": "Мемлекеттік құпиясы бар құжатты мұрағаттан алып тастау туралы акт",
        "ru": "Акт об изъятии из архива документа, содержащего государственную тайну",
        "en": "Act on the removal of a document that holds a state secret",
    },
    "removed-document": {
        "az": "Çıxarılan sənəd",
        "kk": "Алып тасталған құжат",
        "ru": "Изъятый документ",
        "en": "Document removed",
    },
    "found-by": {"az": "Aşkar edən", "kk": "Анықтаған", "ru": "Обнаружил", "en": "Found by"},
    "number": {
        "az": "Qeydiyyat nömrəsi",
        "kk": "Тіркеу нөмірі",
        "ru": "Регистрационный номер",
        "en": "Registration number",
    },
    "received": {"az": "Daxil olub", "kk": "Келіп түсті", "ru": "Поступило", "en": "Received"},
    "registered": {"az": "Qeydiyyata alınıb", "kk": "Тіркелді", "ru": "Зарегистрировано", "en": "Registered"},
    "channel": {"az": "Daxilolma yolu", "kk": "Келіп түсу жолы", "ru": "Способ поступления", "en": "Channel"},
    "attachments": {"az": "Əlavələr", "kk": "Қосымшалар", "ru": "Приложения", "en": "Attachments"},
    "none": {"az": "yoxdur", "kk": "жоқ", "ru": "нет", "en": "none"},
    "tracking-code": {"az": "İzləmə kodu", "kk": "Бақылау коды", "ru": "Код отслеживания", "en": "Tracking code"},
    "what-arrived": {"az": "Nə daxil olub", "kk": "Не келіп түсті", "ru": "Что поступило", "en": "What arrived"},
    "receipt-title": {
        "az": "Müraciətin qəbulu haqqında qəbz",
        "kk": "Жолданымның қабылданғаны туралы талон",
        "ru": "Расписка о приёме обращения",
        "en": "Receipt for an appeal",
    },
    "receipt-summary": {
        "az": "Qurum müraciəti almış və qeydiyyata almışdır. Bu sənədi müraciət edən şəxs imzalamayıb.",
        "kk": "Орган жолданымды алып, тіркеді. Бұл құжатқа жолданым беруші қол қоймаған.",
        "ru": "Орган получил и зарегистрировал обращение. Заявитель этот документ не подписывал.",
        "en": "The body has received and registered the appeal. This document is not signed by the applicant.",
    },
    "answers": {
        "az": "{day} tarixli {number} nömrəli müraciətinizə",
        "kk": "{day} күнгі № {number} жолданымыңызға",
        "ru": "На ваше обращение № {number} от {day}",
        "en": "To your appeal No. {number} of {day}",
    },
    "answer-by": {"az": "Cavab müddəti", "kk": "Жауап беру мерзімі", "ru": "Срок ответа", "en": "Answer due"},
    "extract-title": {
        "az": "Elektron Reyestrdən çıxarış",
        "kk": "Электрондық тізілімнен үзінді",
        "ru": "Выписка из Электронного реестра",
        "en": "Extract from the Electronic Registry",
    },
    "extract-summary": {
        "az": "Xidmət Reyestrin müvafiq bölməsinə daxil edilmişdir.",
        "kk": "Қызмет тізілімнің тиісті бөліміне енгізілді.",
        "ru": "Услуга внесена в соответствующий раздел Реестра.",
        "en": "The service has been entered in its section of the Registry.",
    },
    "version": {
        "az": "Qeydin versiyası",
        "kk": "Жазбаның нұсқасы",
        "ru": "Версия записи",
        "en": "Version of the entry",
    },
    "late": {
        "az": "Gec təqdim olunub: son gün {day} idi",
        "kk": "Кеш ұсынылды: соңғы күні {day} болған",
        "ru": "Представлено с опозданием: последний день был {day}",
        "en": "Submitted late: it was due on {day}",
    },
    "term": {"az": "Müddət", "kk": "Мерзім", "ru": "Срок", "en": "Term"},
    "entry": {"az": "Reyestr qeydi", "kk": "Тізілім жазбасы", "ru": "Запись реестра", "en": "Registry entry"},
    "cosignatures": {
        "az": "Bu sənədi imzalayanlar",
        "kk": "Осы құжатқа қол қоятындар",
        "ru": "Кто ещё подписывает этот документ",
        "en": "Who else signs this document",
    },
    "closed-by-seal": {
        "az": "Tələb olunan imzalar yığılıb: sənəd bağlanır",
        "kk": "Қажетті қолдар жиналды: құжат жабылады",
        "ru": "Нужные подписи собраны: документ закрывается",
        "en": "The signatures needed are there: the document is closed",
    },
    "needed-of": {
        "az": "{asked} nəfərdən {needed} nəfər",
        "kk": "{asked} адамның {needed}-і",
        "ru": "{needed} из {asked}",
        "en": "{needed} of {asked}",
    },
    "manifest-title": {
        "az": "İşin sənədlərinin siyahısı",
        "kk": "Іс құжаттарының тізімдемесі",
        "ru": "Опись документов дела",
        "en": "Dossier manifest",
    },
    "manifest-summary": {
        "az": "İşin bütün sənədləri nəzarət cəmləri ilə və işin gedişi.",
        "kk": "Істің барлық құжаттары хештерімен және істің барысы.",
        "ru": "Все документы дела с их контрольными суммами и ход дела.",
        "en": "Every document of the case with its hash, and the case's history.",
    },
    "destruction-title": {
        "az": "Sənədlərin məhv edilməsi haqqında akt",
        "kk": "Құжаттарды жою туралы акт",
        "ru": "Акт об уничтожении документов",
        "en": "Destruction act",
    },
    "destruction-summary": {
        "az": "{act} nömrəli aktın icrası: nə məhv edilib, nə saxlanılıb və nə üçün.",
        "kk": "№ {act} актінің орындалуы: не жойылды, не сақталды және неге.",
        "ru": "Исполнение акта № {act}: что уничтожено, что оставлено и почему.",
        "en": "How act {act} was carried out: what is destroyed, what was kept and why.",
    },
    "transfer-title": {
        "az": "Sənədlərin təhvil verilməsi haqqında akt",
        "kk": "Құжаттарды тапсыру туралы акт",
        "ru": "Акт о передаче документов",
        "en": "Transfer act",
    },
    "transfer-summary": {
        "az": "{act} nömrəli akt üzrə təhvil verilən sənədləri qəbul edən arxiv imzası ilə götürüb.",
        "kk": "№ {act} актісі бойынша тапсырылған құжаттарды қабылдаушы мұрағат қолымен қабылдады.",
        "ru": "Документы по акту № {act} приняты принимающим архивом под его подпись.",
        "en": "The receiving archive has signed for the documents handed over by act {act}.",
    },
    "transfer-receiver": {"az": "Qəbul edən", "kk": "Қабылдаушы", "ru": "Получатель", "en": "Receiver"},
    "transfer-certificate": {
        "az": "Sertifikatının SHA-256 cəmi",
        "kk": "Сертификатының SHA-256 хеші",
        "ru": "SHA-256 его сертификата",
        "en": "SHA-256 of their certificate",
    },
    "transfer-package": {
        "az": "Paketin SHA-256 cəmi",
        "kk": "Топтаманың SHA-256 хеші",
        "ru": "SHA-256 пакета",
        "en": "SHA-256 of the package",
    },
    "transfer-acceptance": {
        "az": "İmzalanmış qəbul sənədinin SHA-256 cəmi",
        "kk": "Қол қойылған қабылдау құжатының SHA-256 хеші",
        "ru": "SHA-256 подписанного акта приёма",
        "en": "SHA-256 of the signed acceptance",
    },
    "entry-destroyed": {"az": "Məhv edilib", "kk": "Жойылды", "ru": "Уничтожено", "en": "Destroyed"},
    "entry-retained": {"az": "Saxlanılıb", "kk": "Сақталды", "ru": "Оставлено", "en": "Kept"},
    "entry-transferred": {"az": "Təhvil verilib", "kk": "Тапсырылды", "ru": "Передано", "en": "Handed over"},
    "entry-withheld": {
        "az": "Məhv edilməyib: qadağa və ya dəyişmiş müddət",
        "kk": "Жойылмады: тыйым немесе өзгерген мерзім",
        "ru": "Не уничтожено: запрет или изменённый срок",
        "en": "Not destroyed: a hold, or a changed period",
    },
    "entry-listed": {
        "az": "Təhvil gözləyir",
        "kk": "Тапсыруды күтуде",
        "ru": "Ожидает передачи",
        "en": "Waits to be handed over",
    },
    "classification": {"az": "Təsnifat", "kk": "Жіктеу", "ru": "Классификация", "en": "Classification"},
    "file": {"az": "İş (qovluq)", "kk": "Іс (бума)", "ru": "Дело", "en": "File"},
    "retention": {"az": "Saxlama müddəti", "kk": "Сақтау мерзімі", "ru": "Срок хранения", "en": "Retention"},
    "access": {"az": "İcazə səviyyəsi", "kk": "Қолжетімділік деңгейі", "ru": "Уровень доступа", "en": "Access level"},
    "documents": {"az": "Sənədlərin sayı", "kk": "Құжаттар саны", "ru": "Количество документов", "en": "Documents"},
    "history-head": {
        "az": "İşin gedişinin son nəzarət cəmi",
        "kk": "Іс барысының соңғы хеші",
        "ru": "Последняя контрольная сумма хода дела",
        "en": "Head of the history's chain",
    },
    "notice": {"az": "Bildiriş", "kk": "Хабарлама", "ru": "Уведомление", "en": "Notice"},
    "ground": {"az": "Əsas", "kk": "Негіз", "ru": "Основание", "en": "Ground"},
    "suspended-while": {
        "az": "İş {first} – {last} dayandırılmışdı; müddət o vaxta qədər {before} idi",
        "kk": "Іс {first} – {last} аралығында тоқтатылды; бұрынғы мерзім {before} болған",
        "ru": "Дело было приостановлено {first} – {last}; прежний срок {before}",
        "en": "The case was suspended {first} – {last}; it was due on {before} before",
    },
    "cancelled-subject": {
        "az": "{number} nömrəli müraciətiniz üzrə icraata xitam verilib",
        "kk": "№ {number} жолданымыңыз бойынша іс жүргізу тоқтатылды",
        "ru": "Производство по вашему обращению № {number} прекращено",
        "en": "Your appeal {number} has been closed",
    },
    "cancelled-text": {
        "az": "{body} {number} nömrəli müraciətiniz üzrə icraata xitam verib. Əsas: {ground}",
        "kk": "{body} № {number} жолданымыңыз бойынша іс жүргізуді тоқтатты. Негізі: {ground}",
        "ru": "{body}: производство по вашему обращению № {number} прекращено. Основание: {ground}",
        "en": "{body} has closed your appeal {number} without an answer. Ground: {ground}",
    },
    "body": {"az": "Qurum", "kk": "Орган", "ru": "Орган", "en": "Body"},
    "more-days": {
        "az": "{days} iş günü uzadılıb",
        "kk": "{days} жұмыс күніне ұзартылды",
        "ru": "продлён на {days} рабочих дней",
        "en": "{days} working days longer",
    },
    "new-term": {"az": "Yeni müddət", "kk": "Жаңа мерзім", "ru": "Новый срок", "en": "New term"},
    "appointment-title": {
        "az": "Məsul şəxsin təyin edilməsi haqqında əmr",
        "kk": "Жауапты тұлғаны тағайындау туралы бұйрық",
        "ru": "Приказ о назначении ответственного лица",
        "en": "Order appointing the responsible person",
    },
    "mandate-title": {
        "az": "Vəzifələrin həvalə edilməsi haqqında əmr",
        "kk": "Міндеттерді жүктеу туралы бұйрық",
        "ru": "Приказ о возложении обязанностей",
        "en": "Order of appointment",
    },
    "substitution-title": {
        "az": "Səlahiyyətlərin müvəqqəti həvalə edilməsi haqqında əmr",
        "kk": "Өкілеттіктерді уақытша жүктеу туралы бұйрық",
        "ru": "Приказ о временном возложении полномочий",
        "en": "Substitution order",
    },
    "calendar-title": {
        "az": "İş günləri və qeyri-iş günləri haqqında vərəq ({calendar})",
        "kk": "Жұмыс және демалыс күндері туралы парақ ({calendar})",
        "ru": "Лист о рабочих и нерабочих днях ({calendar})",
        "en": "Sheet of working days and days off ({calendar})",
    },
    "day-works": {"az": "iş günü", "kk": "жұмыс күні", "ru": "рабочий день", "en": "working day"},
    "day-off": {"az": "qeyri-iş günü", "kk": "демалыс күні", "ru": "нерабочий день", "en": "day off"},
    "day-usual": {
        "az": "təqvimdə olduğu kimi",
        "kk": "күнтізбедегідей",
        "ru": "как в календаре",
        "en": "as in the calendar",
    },
    "days": {"az": "Günlər", "kk": "Күндер", "ru": "Дни", "en": "Days"},
    "act": {"az": "Akt", "kk": "Акт", "ru": "Акт", "en": "Act"},
    "calendar-changed": {
        "az": "{act} əsasında iş təqvimi dəyişib (versiya {version}); əvvəl {before} idi",
        "kk": "{act} негізінде жұмыс күнтізбесі өзгерді ({version}-нұсқа); бұрын {before} болған",
        "ru": "рабочий календарь изменён на основании: {act} (версия {version}); прежде было {before}",
        "en": "the working calendar changed by {act} (version {version}); it was {before} before",
    },
    "appointed": {"az": "Təyin edilir", "kk": "Тағайындалады", "ru": "Назначается", "en": "Appointed"},
    "capacity": {"az": "Səlahiyyət", "kk": "Өкілеттік", "ru": "Полномочие", "en": "Capacity"},
    "valid-from": {"az": "Qüvvəyə minir", "kk": "Күшіне енеді", "ru": "Действует с", "en": "In force from"},
    "valid-to": {"az": "Qüvvədən düşür", "kk": "Күшін жояды", "ru": "Действует до", "en": "In force until"},
}

KINDS: Mapping[str, Mapping[str, str]] = {
    "proposal": {"az": "Təklif", "kk": "Ұсыныс", "ru": "Предложение", "en": "Proposal"},
    "application": {"az": "Ərizə", "kk": "Өтініш", "ru": "Заявление", "en": "Application"},
    "complaint": {"az": "Şikayət", "kk": "Шағым", "ru": "Жалоба", "en": "Complaint"},
}
"""the kinds of appeals (Art. 3)"""

NOTICES: Mapping[str, Mapping[str, str]] = {
    "signature_refused": {
        "az": "Sənədin imzalanmasından imtina edilib",
        "kk": "Құжатқа қол қоюдан бас тартылды",
        "ru": "В подписи под документом отказано",
        "en": "The signature on the document was refused",
    },
    "not_considered": {
        "az": "Müraciətin baxılmamış saxlanılması barədə bildiriş",
        "kk": "Жолданымды қараусыз қалдыру туралы хабарлама",
        "ru": "Уведомление об оставлении обращения без рассмотрения",
        "en": "Notice that the appeal is not considered",
    },
    "extended": {
        "az": "Baxılma müddətinin uzadılması barədə bildiriş",
        "kk": "Қарау мерзімінің ұзартылғаны туралы хабарлама",
        "ru": "Уведомление о продлении срока рассмотрения",
        "en": "Notice of a longer term",
    },
    "forwarded": {
        "az": "Müraciətin aidiyyəti üzrə göndərilməsi barədə bildiriş",
        "kk": "Жолданымның құзыреті бойынша жіберілгені туралы хабарлама",
        "ru": "Уведомление о направлении обращения по принадлежности",
        "en": "Notice that the appeal was forwarded",
    },
    "answered": {
        "az": "Müraciətinizə cavab",
        "kk": "Жолданымыңызға жауап",
        "ru": "Ответ на ваше обращение",
        "en": "Answer to your appeal",
    },
}
"""what an applicant is told"""


def word(key: str, language: str, **facts: str) -> str:
    """The word in a language, with its facts filled in."""
    return WORDS[key][language].format(**facts)


def day(moment: date) -> str:
    """A day as documents write it: dd.mm.yyyy."""
    return f"{moment:%d.%m.%Y}"


def minute(moment: datetime) -> str:
    """An instant as documents write it, on the clock it carries."""
    return f"{moment:%d.%m.%Y, %H:%M}"
