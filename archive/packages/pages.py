"""The pages of a package: one a language, plain HTML that opens from the folder, without scripts or a network."""

import html
from collections.abc import Mapping, Sequence
from posixpath import relpath
from urllib.parse import quote

from archive.documents import ArchivedDocument
from archive.packages.package import Added, Package

LANGUAGES: Mapping[str, str] = {"az": "Azərbaycanca", "kk": "Қазақша", "ru": "Русский", "en": "English"}
WORDS: Mapping[str, Mapping[str, str]] = {
    "az": {
        "title": "Arxivdən sənədlər", "number": "Nömrə", "type": "Növ", "date": "Tarix", "signers": "İmzalayanlar",
        "level": "İmza səviyyəsi", "verdict": "Son yoxlama", "access": "Giriş", "size": "Həcm, bayt",
        "history": "Saxlanma tarixçəsi", "when": "Vaxt (UTC)", "what": "Hadisə", "who": "Kim", "made": "Hazırlanıb",
        "described": "Arxivin bildiyi hər şey (JSON)", "evidence": "Sübut qeydi (RFC 4998)",
        "check": "Faylların dəyişmədiyini bu əmr yoxlayır:", "contents": "Mündəricat",
    },
    "kk": {
        "title": "Мұрағат құжаттары", "number": "Нөмірі", "type": "Түрі", "date": "Күні", "signers": "Қол қойғандар",
        "level": "Қолтаңба деңгейі", "verdict": "Соңғы тексеру", "access": "Қолжетімділік", "size": "Көлемі, байт",
        "history": "Сақтау тарихы", "when": "Уақыты (UTC)", "what": "Оқиға", "who": "Кім", "made": "Дайындалды",
        "described": "Мұрағат білетіннің бәрі (JSON)", "evidence": "Дәлелдеме жазбасы (RFC 4998)",
        "check": "Файлдардың өзгермегенін мына бұйрық тексереді:", "contents": "Мазмұны",
    },
    "ru": {
        "title": "Документы архива", "number": "Номер", "type": "Вид", "date": "Дата", "signers": "Подписали",
        "level": "Уровень подписи", "verdict": "Последняя проверка", "access": "Доступ", "size": "Размер, байт",
        "history": "История хранения", "when": "Время (UTC)", "what": "Событие", "who": "Кто", "made": "Составлено",
        "described": "Всё, что известно архиву (JSON)", "evidence": "Запись доказательства (RFC 4998)",
        "check": "Что файлы не изменились, проверяет команда:", "contents": "Содержание",
    },
    "en": {
        "title": "Documents of the archive", "number": "Number", "type": "Type", "date": "Date", "signers": "Signed by",
        "level": "Signature level", "verdict": "Last validation", "access": "Access", "size": "Size, bytes",
        "history": "Chain of custody", "when": "When (UTC)", "what": "Event", "who": "Who", "made": "Made",
        "described": "All that the archive knows (JSON)", "evidence": "Evidence record (RFC 4998)",
        "check": "This command checks that no file was changed:", "contents": "Contents",
    },
}  # fmt: skip
LEVELS: Mapping[str, Mapping[str, str]] = {
    "az": {"open": "açıq", "official_use": "xidməti istifadə üçün", "commercial_secret": "kommersiya sirri"},
    "kk": {"open": "ашық", "official_use": "қызмет бабында пайдалану үшін", "commercial_secret": "коммерциялық құпия"},
    "ru": {"open": "открытый", "official_use": "для служебного пользования", "commercial_secret": "коммерческая тайна"},
    "en": {"open": "open", "official_use": "for official use", "commercial_secret": "commercial secret"},
}
EVENTS: Mapping[str, Mapping[str, str]] = {
    "az": {"accessioned": "arxivə qəbul edildi", "viewed": "baxıldı", "classified": "təsnif edildi",
           "validated": "yoxlanıldı", "revised": "zaman möhürü və ya imza əlavə olundu", "held": "saxlanma qadağası",
           "released": "qadağa götürüldü", "fixity": "bütövlük yoxlaması", "exported": "verildi",
           "imported": "başqa arxivdən gəldi", "status": "qüvvəsi dəyişdi"},
    "kk": {"accessioned": "мұрағатқа қабылданды", "viewed": "қаралды", "classified": "жіктелді",
           "validated": "тексерілді", "revised": "уақыт белгісі не қолтаңба қосылды", "held": "жоюға тыйым",
           "released": "тыйым алынды", "fixity": "бүтіндікті тексеру", "exported": "берілді",
           "imported": "басқа мұрағаттан келді", "status": "күші өзгерді"},
    "ru": {"accessioned": "принят в архив", "viewed": "просмотрен", "classified": "классифицирован",
           "validated": "проверен", "revised": "добавлена отметка времени или подпись", "held": "запрет уничтожения",
           "released": "запрет снят", "fixity": "проверка целостности", "exported": "выдан",
           "imported": "поступил из другого архива", "status": "изменилась сила"},
    "en": {"accessioned": "taken into the archive", "viewed": "viewed", "classified": "classified",
           "validated": "validated", "revised": "a timestamp or signature was added", "held": "put on hold",
           "released": "hold lifted", "fixity": "fixity audit", "exported": "given out",
           "imported": "came from another archive", "status": "its effect changed"},
}  # fmt: skip
STYLE = """
body { font-family: "Noto Sans", sans-serif; color: #1B2340; background: #FBFAF7; margin: 0 auto; padding: 2rem 1rem;
  max-width: 60rem; line-height: 1.5 }
h1, h2 { font-family: "Noto Serif", serif; line-height: 1.25 }
a { color: #24479E }
nav a { margin-right: 1rem }
article { background: #fff; border: 1px solid #767E96; border-radius: 4px; padding: 1rem 1.25rem; margin: 1.25rem 0 }
dl { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: .25rem 1rem; margin: 0 }
dt { color: #4A5270 }
dd { margin: 0; overflow-wrap: anywhere }
code { font-size: .8rem; overflow-wrap: anywhere }
table { border-collapse: collapse; font-size: .85rem }
td, th { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0 }
@media print { article { break-inside: avoid } }
@media (max-width: 32rem) { dl { grid-template-columns: 1fr } dd { margin-bottom: .5rem } }
"""


def write_pages(package: Package, sums: str) -> None:
    """A page in each language, and index.html in the one that was asked for.

    :param sums: the list of digests that the pages tell to check
    """
    folder = package.layout.pages
    for language in LANGUAGES:
        page = _page(package, language, sums).encode()
        names = [f"{language}.html", *(["index.html"] if language == package.info.language else [])]
        for name in names:
            package.folder.write(f"{folder}/{name}".lstrip("/"), page, "text/html")


def _page(package: Package, language: str, sums: str) -> str:
    words, folder = WORDS[language], package.layout.pages
    links = "".join(
        f'<a href="{code}.html" lang="{code}"{" aria-current=page" if code == language else ""}>{name}</a>'
        for code, name in LANGUAGES.items()
    )
    made = f"{package.info.made_at:%Y-%m-%d %H:%M} UTC"
    contents = "".join(f'<li><a href="#d{n}">{_text(_name(each))}</a></li>' for n, each in enumerate(package.added, 1))
    articles = "\n".join(_article(each, n, language, folder) for n, each in enumerate(package.added, start=1))
    checked = f"<p>{words['check']} <code>sha256sum -c {relpath(sums, folder or '.')}</code></p>" if sums else ""
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>{_text(words["title"])}</title><style>{STYLE}</style></head>\n<body>'
        f"<nav>{links}</nav><h1>{_text(words['title'])}</h1>\n<p>{_text(package.info.organisation)} · "
        f"{words['made']}: {made}</p>{checked}\n<h2>{words['contents']}</h2><ol>{contents}</ol>\n{articles}\n"
        "</body></html>\n"
    )


def _article(added: Added, place: int, language: str, folder: str) -> str:
    words, document = WORDS[language], added.packaged.document
    rows = [(label, _text(value)) for label, value in _facts(document, language) if value]
    rows.append(("SHA-256", f"<code>{document.sha256}</code>"))
    links = [(added.file.name.rpartition("/")[2], added.file.name), (words["described"], added.metadata.name)]
    links += [(words["evidence"], each.name) for each in added.evidence]
    listed = " · ".join(f'<a href="{quote(relpath(name, folder or "."))}">{_text(label)}</a>' for label, name in links)
    facts = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in rows)
    lang = f' lang="{_text(document.language)}"' if document.language else ""
    return (
        f'<article id="d{place}"><h2{lang}>{_text(document.title)}</h2><p>{listed}</p>'
        f"<dl>{facts}</dl>{_history(added, language)}</article>"
    )


def _facts(document: ArchivedDocument, language: str) -> Sequence[tuple[str, str]]:
    words = WORDS[language]
    return (
        (words["number"], document.number),
        (words["type"], document.type),
        (words["date"], document.dated_on.isoformat()),
        (words["signers"], ", ".join(str(each.get("name", "")) for each in document.signers)),
        (words["level"], document.level or ""),
        (words["verdict"], document.verdict or ""),
        (words["access"], LEVELS[language].get(document.access_level, document.access_level)),
        (words["size"], str(document.bytes)),
    )


def _history(added: Added, language: str) -> str:
    words = WORDS[language]
    rows = "".join(
        f"<tr><td>{each.at:%Y-%m-%d %H:%M}</td><td>{_text(EVENTS[language].get(each.event, each.event))}</td>"
        f"<td>{_text(each.actor)}</td></tr>"
        for each in added.packaged.custody
    )
    head = "".join(f"<th>{words[name]}</th>" for name in ("when", "what", "who"))
    return (
        f"<details><summary>{words['history']}</summary><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></details>"
    )


def _name(added: Added) -> str:
    document = added.packaged.document
    return f"{document.number} · {document.title}"


def _text(value: str) -> str:
    return html.escape(value)
