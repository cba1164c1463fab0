"""The fixed words of a document, in the office's language."""

from collections.abc import Mapping

LABELS: Mapping[str, Mapping[str, str]] = {
    "number": {"az": "Nömrə", "kk": "Нөмірі", "ru": "Номер", "en": "Number"},
    "date": {"az": "Tarix", "kk": "Күні", "ru": "Дата", "en": "Date"},
    "to": {"az": "Kimə", "kk": "Кімге", "ru": "Кому", "en": "To"},
    "decision": {"az": "Qərar", "kk": "Шешім", "ru": "Решение", "en": "Decision"},
    "remarks": {"az": "Qeydlər", "kk": "Ескертулер", "ru": "Замечания", "en": "Remarks"},
    "round": {"az": "baxış {n}", "kk": "{n}-қарау", "ru": "рассмотрение {n}", "en": "round {n}"},
    "attachments": {"az": "Əlavələr", "kk": "Қосымшалар", "ru": "Приложения", "en": "Attachments"},
    "name": {"az": "Ad", "kk": "Атауы", "ru": "Название", "en": "Name"},
    "title": {"az": "Sənəd", "kk": "Құжат", "ru": "Документ", "en": "Document"},
    "type": {"az": "Növ", "kk": "Түрі", "ru": "Тип", "en": "Type"},
    "size": {"az": "Həcm", "kk": "Көлемі", "ru": "Объём", "en": "Size"},
    "bytes": {"az": "{n} bayt", "kk": "{n} байт", "ru": "{n} байт", "en": "{n} bytes"},
    "documents": {
        "az": "İşin sənədləri",
        "kk": "Істің құжаттары",
        "ru": "Документы дела",
        "en": "Documents of the case",
    },
    "history": {"az": "İşin gedişi", "kk": "Істің барысы", "ru": "Ход дела", "en": "History of the case"},
    "time": {"az": "Vaxt", "kk": "Уақыты", "ru": "Время", "en": "Time"},
    "event": {"az": "Hadisə", "kk": "Оқиға", "ru": "Событие", "en": "Event"},
    "element": {"az": "Addım", "kk": "Қадам", "ru": "Шаг", "en": "Step"},
    "actor": {"az": "Kim", "kk": "Кім", "ru": "Кто", "en": "Who"},
    "signer": {"az": "İmzalayan", "kk": "Қол қойған", "ru": "Подписал", "en": "Signed by"},
    "acts_for": {"az": "Kimi əvəz edir", "kk": "Кімнің орнына", "ru": "Замещает", "en": "Acting for"},
    "ground": {"az": "Əsas", "kk": "Негіз", "ru": "Основание", "en": "Ground"},
    "certificate": {"az": "Sertifikat", "kk": "Сертификат", "ru": "Сертификат", "en": "Certificate"},
    "signed": {
        "az": "Elektron imza ilə imzalanır; imza bu faylın içindədir.",
        "kk": "Электрондық қолтаңбамен қол қойылады; қолтаңба осы файлдың ішінде.",
        "ru": "Подписывается электронной подписью; подпись находится внутри этого файла.",
        "en": "Signed electronically; the signature is inside this file.",
    },
    "sealed": {
        "az": "Qurumun elektron möhürü ilə təsdiqlənir; möhür bu faylın içindədir.",
        "kk": "Органның электрондық мөрімен куәландырылады; мөр осы файлдың ішінде.",
        "ru": "Заверяется электронной печатью органа; печать находится внутри этого файла.",
        "en": "Sealed with the body's electronic seal; the seal is inside this file.",
    },
    "verify": {
        "az": "Sənədi yoxlayın",
        "kk": "Құжатты тексеріңіз",
        "ru": "Проверьте документ",
        "en": "Verify this document",
    },
    "verify_alt": {
        "az": "QR kod: sənədin yoxlanıldığı səhifə",
        "kk": "QR код: құжатты тексеру беті",
        "ru": "QR-код: страница проверки документа",
        "en": "QR code: the page that verifies this document",
    },
    "seal": {
        "az": "Möhür nişanı: oxa çevrilən halqa",
        "kk": "Мөр белгісі: көрсеткіге айналатын сақина",
        "ru": "Знак печати: кольцо, переходящее в стрелку",
        "en": "Seal mark: a ring that becomes an arrow",
    },
    "data": {
        "az": "Addımın maşınla oxunan qeydi",
        "kk": "Қадамның машинамен оқылатын жазбасы",
        "ru": "Машиночитаемая запись шага",
        "en": "Machine-readable record of the step",
    },
    "original": {
        "az": "Sənədin əsli elektrondur. Qeydi və əvvəlki sənədlərin nəzarət cəmləri: step.json əlavəsi.",
        "kk": "Түпнұсқасы – электрондық. Жазбасы мен алдыңғы құжаттардың хештері: step.json тіркемесі.",
        "ru": "Подлинник — электронный. Запись и контрольные суммы предыдущих документов: вложение step.json.",
        "en": "The original is electronic. Its record and the digests of earlier documents: attachment step.json.",
    },
    "without_effect": {"az": "QÜVVƏSİ YOXDUR", "kk": "КҮШІ ЖОҚ", "ru": "БЕЗ ПРАВОВОЙ СИЛЫ", "en": "WITHOUT EFFECT"},
    "unsigned_by_applicant": {
        "az": "Müraciət edən bu sənədi imzalamayıb: sənəd nəyin və nə vaxt daxil olduğunu təsdiq edir.",
        "kk": "Жолданым беруші бұл құжатқа қол қойған жоқ: құжат ненің және қашан келіп түскенін растайды.",
        "ru": "Заявитель этот документ не подписывал: документ подтверждает, что и когда поступило.",
        "en": "Not signed by the applicant: it confirms what arrived and when.",
    },
    "replaced": {
        "az": "Bu sənədin şriftində olmayan və ya görünməyən işarələr kodu ilə verilib, məsələn ⟨U+1F600⟩; "
        "mətnin dəqiq forması step.json əlavəsindədir.",
        "kk": "Осы құжаттың қарпінде жоқ немесе көрінбейтін таңбалар кодымен берілген, мысалы ⟨U+1F600⟩; "
        "мәтіннің дәл түрі step.json тіркемесінде.",
        "ru": "Знаки, которых нет в шрифте этого документа, и невидимые знаки даны кодом, например ⟨U+1F600⟩; "
        "точный текст — во вложении step.json.",
        "en": "Characters that this document's type lacks, and invisible ones, stand as their code, such as ⟨U+1F600⟩; "
        "the exact text is in the attached step.json.",
    },
}
"""name → language → words; `{n}` is a number"""

EVENTS: Mapping[str, Mapping[str, str]] = {
    "instance.started": {"az": "İş başlanıb", "kk": "Іс басталды", "ru": "Дело начато", "en": "Case begun"},
    "history.erased": {
        "az": "Tarixçənin məzmunu silinib",
        "kk": "Тарих мазмұны жойылды",
        "ru": "Содержание истории удалено",
        "en": "Content of the history erased",
    },
    "instance.ended": {"az": "İş başa çatıb", "kk": "Іс аяқталды", "ru": "Дело завершено", "en": "Case ended"},
    "instance.cancelled": {
        "az": "İşə xitam verilib",
        "kk": "Іс тоқтатылды",
        "ru": "Дело прекращено",
        "en": "Case cancelled",
    },
    "element.completed": {
        "az": "Addım tamamlanıb",
        "kk": "Қадам аяқталды",
        "ru": "Шаг завершён",
        "en": "Step completed",
    },
    "item.opened": {"az": "Tapşırıq açılıb", "kk": "Тапсырма ашылды", "ru": "Задание открыто", "en": "Task opened"},
    "item.claimed": {"az": "Tapşırıq götürülüb", "kk": "Тапсырма алынды", "ru": "Задание взято", "en": "Task claimed"},
    "item.released": {
        "az": "Tapşırıq geri verilib",
        "kk": "Тапсырма қайтарылды",
        "ru": "Задание возвращено",
        "en": "Task released",
    },
    "item.assigned": {
        "az": "Tapşırıq təyin edilib",
        "kk": "Тапсырма тағайындалды",
        "ru": "Задание назначено",
        "en": "Task assigned",
    },
    "item.delegated": {
        "az": "Tapşırıq başqasına həvalə edilib",
        "kk": "Тапсырма басқаға тапсырылды",
        "ru": "Задание поручено другому",
        "en": "Task delegated",
    },
    "item.handed_back": {
        "az": "Həvalə edilmiş tapşırıq qaytarılıb",
        "kk": "Тапсырылған жұмыс қайтарылды",
        "ru": "Порученное задание возвращено",
        "en": "Delegated task handed back",
    },
    "item.prioritised": {
        "az": "Tapşırığın önəmliliyi dəyişdirilib",
        "kk": "Тапсырманың басымдығы өзгертілді",
        "ru": "Приоритет задания изменён",
        "en": "Task's priority changed",
    },
    "item.follow_up": {
        "az": "Tapşırığa xatırlatma qoyulub",
        "kk": "Тапсырмаға ескерту қойылды",
        "ru": "Для задания поставлено напоминание",
        "en": "Task's reminder set",
    },
    "item.exited": {
        "az": "Tapşırıq geri çağırılıb",
        "kk": "Тапсырма кері алынды",
        "ru": "Задание отозвано",
        "en": "Task withdrawn",
    },
    "instance.suspended": {
        "az": "İş dayandırılıb",
        "kk": "Іс тоқтатылды",
        "ru": "Дело приостановлено",
        "en": "Case suspended",
    },
    "instance.resumed": {
        "az": "İş davam etdirilib",
        "kk": "Іс жалғастырылды",
        "ru": "Дело возобновлено",
        "en": "Case resumed",
    },
    "instance.migrated": {
        "az": "İş prosesin başqa versiyasına keçirilib",
        "kk": "Іс процестің басқа нұсқасына көшірілді",
        "ru": "Дело переведено на другую версию процесса",
        "en": "Case brought to another version of the process",
    },
    "token.moved": {
        "az": "İş başqa addıma keçirilib",
        "kk": "Іс басқа қадамға ауыстырылды",
        "ru": "Дело переведено на другой шаг",
        "en": "Case moved to another step",
    },
    "message.sent": {
        "az": "Mesaj göndərilib",
        "kk": "Хабар жіберілді",
        "ru": "Сообщение отправлено",
        "en": "Message sent",
    },
    "incident.skipped": {
        "az": "Xətalı addım buraxılıb",
        "kk": "Ақаулы қадам өткізіп жіберілді",
        "ru": "Сбойный шаг пропущен",
        "en": "Failed step skipped",
    },
    "variables.corrected": {
        "az": "Verilənlər düzəldilib",
        "kk": "Деректер түзетілді",
        "ru": "Данные исправлены",
        "en": "Data corrected",
    },
    "item.migrated": {
        "az": "Tapşırıq yeni versiyaya keçirilib",
        "kk": "Тапсырма жаңа нұсқаға көшірілді",
        "ru": "Задание переведено на новую версию",
        "en": "Task brought to a new version",
    },
    "deadlines.recounted": {
        "az": "Müddətlər yenidən hesablanıb",
        "kk": "Мерзімдер қайта есептелді",
        "ru": "Сроки пересчитаны",
        "en": "Deadlines counted anew",
    },
    "arrival.kept": {
        "az": "Daxil olan saxlanılıb",
        "kk": "Келген деректер сақталды",
        "ru": "Поступившее сохранено",
        "en": "Arrival kept",
    },
    "arrival.handed_in": {
        "az": "Saxlanılan təqdim edilib",
        "kk": "Сақталған дерек берілді",
        "ru": "Сохранённое передано",
        "en": "Kept arrival handed in",
    },
    "arrival.unclaimed": {
        "az": "Saxlanılanı gözləyən yoxdur",
        "kk": "Сақталғанды күтетін жоқ",
        "ru": "Сохранённого никто не ждёт",
        "en": "Kept arrival unclaimed",
    },
    "service.called": {
        "az": "Avtomatik addım başlanıb",
        "kk": "Автоматты қадам басталды",
        "ru": "Автоматический шаг начат",
        "en": "Automatic step begun",
    },
    "error.raised": {
        "az": "Avtomatik addım səhv bildirib",
        "kk": "Автоматты қадам қате туралы хабарлады",
        "ru": "Автоматический шаг сообщил об ошибке",
        "en": "Automatic step raised an error",
    },
    "timer.fired": {"az": "Vaxt çatıb", "kk": "Уақыты келді", "ru": "Срок наступил", "en": "Time reached"},
    "message.delivered": {
        "az": "Xəbər daxil olub",
        "kk": "Хабарлама келді",
        "ru": "Сообщение получено",
        "en": "Message received",
    },
    "signal.delivered": {
        "az": "Siqnal alınıb",
        "kk": "Белгі алынды",
        "ru": "Сигнал получен",
        "en": "Signal received",
    },
}
"""kinds of history events → language → words"""


def event_words(event: str, language: str) -> str:
    """A kind of history event in words; what is no known kind is taken to be words already."""
    return EVENTS[event][language] if event in EVENTS else event


def labels(language: str) -> dict[str, str]:
    """Every label in one language."""
    return {name: words[language] for name, words in LABELS.items()}
