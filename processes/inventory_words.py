"""The words of inventories and nomenclatures, in the four languages."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "inventory-fonds": {
        "az": "Fondun siyahısı",
        "kk": "Қордың тізімдемесі",
        "ru": "Опись фонда",
        "en": "Inventory of the fonds",
    },
    "inventory-series": {
        "az": "Seriyanın siyahısı",
        "kk": "Серияның тізімдемесі",
        "ru": "Опись серии",
        "en": "Inventory of the series",
    },
    "inventory-file": {
        "az": "İşin daxili siyahısı",
        "kk": "Істің ішкі тізімдемесі",
        "ru": "Внутренняя опись дела",
        "en": "Inventory of the file",
    },
    "nomenclature-title": {
        "az": "{year}-ci il üçün işlərin nomenklaturası",
        "kk": "{year} жылға арналған істер номенклатурасы",
        "ru": "Номенклатура дел на {year} год",
        "en": "Nomenclature of files for {year}",
    },
    "no": {"az": "№", "kk": "№", "ru": "№", "en": "No."},
    "index": {"az": "İndeks", "kk": "Индекс", "ru": "Индекс", "en": "Index"},
    "file-title": {"az": "İşin başlığı", "kk": "Істің тақырыбы", "ru": "Заголовок дела", "en": "Title of the file"},
    "series": {"az": "Seriya", "kk": "Серия", "ru": "Серия", "en": "Series"},
    "opened": {"az": "Açılıb", "kk": "Ашылды", "ru": "Начато", "en": "Opened"},
    "closed": {"az": "Bağlanıb", "kk": "Жабылды", "ru": "Закрыто", "en": "Closed"},
    "documents": {"az": "Sənədlər", "kk": "Құжаттар", "ru": "Документов", "en": "Documents"},
    "period": {"az": "Saxlama müddəti", "kk": "Сақтау мерзімі", "ru": "Срок хранения", "en": "Retention"},
    "article": {"az": "Siyahının maddəsi", "kk": "Тізбенің бабы", "ru": "Статья перечня", "en": "Article of the list"},
    "note": {"az": "Qeyd", "kk": "Ескертпе", "ru": "Примечание", "en": "Note"},
    "number": {"az": "Nömrə", "kk": "Нөмірі", "ru": "Номер", "en": "Number"},
    "date": {"az": "Tarix", "kk": "Күні", "ru": "Дата", "en": "Date"},
    "document": {"az": "Sənəd", "kk": "Құжат", "ru": "Документ", "en": "Document"},
    "signed-by": {"az": "İmzalayan", "kk": "Қол қойған", "ru": "Подписал", "en": "Signed by"},
    "access": {"az": "Giriş", "kk": "Қолжетімділік", "ru": "Доступ", "en": "Access"},
    "state": {"az": "Vəziyyət", "kk": "Күйі", "ru": "Состояние", "en": "State"},
    "draft": {"az": "layihə", "kk": "жоба", "ru": "проект", "en": "draft"},
    "approved": {"az": "təsdiq edilib", "kk": "бекітілген", "ru": "утверждена", "en": "approved"},
    "approved-by": {"az": "Təsdiq edən akt", "kk": "Бекіткен акт", "ru": "Утверждена актом", "en": "Approved by"},
    "unsigned": {
        "az": "Arxivin hazırkı vəziyyəti üzrə tərtib olunub; imzalanmır.",
        "kk": "Мұрағаттың қазіргі күйі бойынша жасалды; қол қойылмайды.",
        "ru": "Составлена по состоянию архива на указанную дату; не подписывается.",
        "en": "Drawn up as the archive stands on this date; not signed.",
    },
    "dates": {"az": "Tarixlər", "kk": "Даталары", "ru": "Даты", "en": "Dates"},
    "extent": {"az": "Həcm", "kk": "Көлемі", "ru": "Объём", "en": "Extent"},
    "creator": {"az": "Yaradan", "kk": "Құрушы", "ru": "Создатель", "en": "Creator"},
    "history": {"az": "Tarixçə", "kk": "Тарихы", "ru": "История", "en": "Administrative history"},
    "custody": {"az": "Saxlanma tarixçəsi", "kk": "Сақталу тарихы", "ru": "История хранения", "en": "Archival history"},
    "acquisition": {
        "az": "Daxil olma mənbəyi",
        "kk": "Түсу көзі",
        "ru": "Источник поступления",
        "en": "Source of acquisition",
    },
    "scope": {"az": "Məzmun", "kk": "Мазмұны", "ru": "Содержание", "en": "Scope and content"},
    "appraisal": {
        "az": "Ekspertiza və məhvetmə",
        "kk": "Сараптау және жою",
        "ru": "Экспертиза и уничтожение",
        "en": "Appraisal and destruction",
    },
    "accruals": {"az": "Artım", "kk": "Толықтырылуы", "ru": "Пополнение", "en": "Accruals"},
    "arrangement": {"az": "Qruplaşdırma", "kk": "Жүйелеу", "ru": "Система организации", "en": "System of arrangement"},
    "reproduction": {
        "az": "Surətçıxarma şərtləri",
        "kk": "Көшіру шарттары",
        "ru": "Условия копирования",
        "en": "Conditions governing reproduction",
    },
    "languages": {"az": "Dillər", "kk": "Тілдері", "ru": "Языки", "en": "Languages"},
    "finding_aids": {"az": "Məlumat vasitələri", "kk": "Анықтамалықтар", "ru": "Справочники", "en": "Finding aids"},
    "related": {
        "az": "Əlaqəli vahidlər",
        "kk": "Байланысты бірліктер",
        "ru": "Связанные единицы",
        "en": "Related units",
    },
}


def inventory_word(key: str, language: str) -> str:
    """A word in one of the four languages."""
    return WORDS[key][language]
