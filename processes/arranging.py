"""How a new body's archive begins: its fonds, the series every body has, and their retention classes."""

from collections.abc import Mapping
from uuid import UUID

from archive.retention import RetentionClass
from processes.unit_of_work import UnitOfWork

RETENTION: Mapping[str, tuple[Mapping[str, str], str, int | None, str, str]] = {
    "services-permanent": (
        {
            "az": "Xidmətlərin reyestri: daimi",
            "kk": "Қызметтер тізілімі: тұрақты",
            "ru": "Реестр услуг: постоянно",
            "en": "Registry of services: permanent",
        },
        "case_closed",
        None,
        "transfer",
        "Saxlama siyahısı, m. 12",
    ),
    "appeals-5-years": (
        {
            "az": "Vətəndaşların müraciətləri: 5 il",
            "kk": "Азаматтардың өтініштері: 5 жыл",
            "ru": "Обращения граждан: 5 лет",
            "en": "Citizens' appeals: 5 years",
        },
        "year_end",
        5,
        "review",
        "Saxlama siyahısı, m. 75",
    ),
}
"""code → title, start rule, years, what is due then, ground"""
SERIES: Mapping[str, tuple[Mapping[str, str], str]] = {
    "services": (
        {"az": "Xidmətlərin reyestri", "kk": "Қызметтер тізілімі", "ru": "Реестр услуг", "en": "Registry of services"},
        "services-permanent",
    ),
    "appeals": (
        {
            "az": "Vətəndaşların müraciətləri",
            "kk": "Азаматтардың өтініштері",
            "ru": "Обращения граждан",
            "en": "Citizens' appeals",
        },
        "appeals-5-years",
    ),
}
"""code → title and retention class"""


def arrange_body(uow: UnitOfWork, *, code: str, title: Mapping[str, str], body_id: UUID) -> None:
    """The body's fonds with its series, if there is none; and the retention classes, if they are not there yet."""
    known = {each.code for each in uow.archive.retention_classes()}
    for name, (label, starts, years, action, ground) in RETENTION.items():
        if name not in known:
            uow.archive.save_retention_class(
                RetentionClass(code=name, title=label, starts=starts, years=years, action=action, ground=ground)
            )
    if code in {fonds.code for fonds in uow.archive.fonds()}:
        return
    fonds = uow.archive.create_fonds(code=code, title=title, owner=str(body_id))
    for name, (label, retention) in SERIES.items():
        uow.archive.create_series(fonds.id, code=name, title=label, retention_class=retention)
