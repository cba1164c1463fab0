"""The demo office: four bodies that do not exist, and the people in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

NAMESPACE = UUID("6f0c7a52-6a6c-4b8e-9a55-1f0c0de50ff1")
FOUNDED = datetime(2026, 1, 5, 5, 0, tzinfo=UTC)
"""the demo's certificates and mandates begin here, so that the tour can start in the past"""
SUBSTITUTION_ENDS = datetime(2030, 1, 1, tzinfo=UTC)

Titles = Mapping[str, str]


def demo_id(kind: str, code: str) -> UUID:
    """The same id at every founding: a founding cut short is taken up again."""
    return uuid5(NAMESPACE, f"{kind}:{code}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoBody:
    """A body of the demo."""

    code: str
    title: Titles
    calendar: str
    time_zone: str
    language: str
    functions: tuple[str, ...]
    superior: str | None
    territory: str | None
    units: Mapping[str, Titles]
    """the first one is the head's"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """A person of the demo: a post in a unit, and roles in bodies."""

    login: str
    name: str
    body: str
    unit: str
    post: Titles
    roles: tuple[str, ...]
    language: str = "az"
    everywhere: bool = False
    """the roles hold in every body, not only in the own one"""
    appointed: bool = False
    """by an order the head signs (C7, C13)"""


BODIES = (
    DemoBody(
        code="agency",
        title={
            "az": "Xidmətlərin Elektron Reyestri Agentliyi",
            "kk": "Қызметтердің электрондық тізілімі агенттігі",
            "ru": "Агентство электронного реестра услуг",
            "en": "Agency of the Electronic Registry of Services",
        },
        calendar="AZ",
        time_zone="Asia/Baku",
        language="az",
        functions=("registry_operator", "supervision", "state_archive"),
        superior=None,
        territory=None,
        units={
            "office": {"az": "Katiblik", "kk": "Хатшылық", "ru": "Секретариат", "en": "Secretariat"},
            "registry": {"az": "Reyestr şöbəsi", "kk": "Тізілім бөлімі", "ru": "Отдел реестра", "en": "Registry unit"},
            "archive": {"az": "Arxiv", "kk": "Мұрағат", "ru": "Архив", "en": "Archive"},
        },
    ),
    DemoBody(
        code="executive",
        title={
            "az": "Şəfəq Rayon İcra Hakimiyyəti",
            "kk": "Шафаг ауданының атқарушы билігі",
            "ru": "Исполнительная власть Шафагского района",
            "en": "Shafag District Executive Authority",
        },
        calendar="AZ",
        time_zone="Asia/Baku",
        language="az",
        functions=("appeals",),
        superior="agency",
        territory="shafag",
        units={
            "office": {"az": "Aparat", "kk": "Аппарат", "ru": "Аппарат", "en": "Office"},
            "appeals": {
                "az": "Müraciətlərlə iş şöbəsi",
                "kk": "Өтініштермен жұмыс бөлімі",
                "ru": "Отдел по работе с обращениями",
                "en": "Appeals unit",
            },
        },
    ),
    DemoBody(
        code="housing",
        title={
            "az": "Mənzil-Kommunal Xidməti",
            "kk": "Тұрғын үй-коммуналдық қызмет",
            "ru": "Жилищно-коммунальная служба",
            "en": "Housing and Utilities Service",
        },
        calendar="AZ",
        time_zone="Asia/Baku",
        language="az",
        functions=("appeals",),
        superior="agency",
        territory="bulaq",
        units={
            "office": {"az": "Rəhbərlik", "kk": "Басшылық", "ru": "Руководство", "en": "Management"},
            "services": {
                "az": "Xidmətlər şöbəsi",
                "kk": "Қызметтер бөлімі",
                "ru": "Отдел услуг",
                "en": "Services unit",
            },
        },
    ),
    DemoBody(
        code="akimat",
        title={
            "az": "Samal Rayonunun Akimatı",
            "kk": "Самал ауданының әкімдігі",
            "ru": "Акимат Самальского района",
            "en": "Samal District Akimat",
        },
        calendar="KZ",
        time_zone="Asia/Aqtobe",
        language="kk",
        functions=("appeals",),
        superior="agency",
        territory="samal",
        units={
            "office": {"az": "Akimin aparatı", "kk": "Әкім аппараты", "ru": "Аппарат акима", "en": "Akim's office"},
            "land": {
                "az": "Torpaq münasibətləri şöbəsi",
                "kk": "Жер қатынастары бөлімі",
                "ru": "Отдел земельных отношений",
                "en": "Land relations unit",
            },
        },
    ),
)

HEAD = {"az": "Rəhbər", "kk": "Басшы", "ru": "Руководитель", "en": "Head"}
CLERK = {"az": "Kargüzar", "kk": "Іс жүргізуші", "ru": "Делопроизводитель", "en": "Clerk"}
ADVISER = {"az": "Baş məsləhətçi", "kk": "Бас кеңесші", "ru": "Главный консультант", "en": "Chief adviser"}
AKIM = {"az": "Akim", "kk": "Әкім", "ru": "Аким", "en": "Akim"}
DEPUTY = {
    "az": "Rəhbərin müavini",
    "kk": "Басшының орынбасары",
    "ru": "Заместитель руководителя",
    "en": "Deputy head",
}

PEOPLE = (
    DemoPerson(
        login="agency.head", name="Rüstəmov Elçin Vaqif oğlu", body="agency", unit="office", post=HEAD, roles=("head",)
    ),
    DemoPerson(
        login="operator", name="Məmmədova Günay Rauf qızı", body="agency", unit="registry", post=ADVISER,
        roles=("operator",), appointed=True,
    ),
    DemoPerson(
        login="supervisor", name="Qasımov Tural Nizami oğlu", body="agency", unit="office", post=ADVISER,
        roles=("supervisor",),
    ),
    DemoPerson(
        login="archivist", name="Hacıyeva Sevinc Əli qızı", body="agency", unit="archive", post=ADVISER,
        roles=("archivist",), everywhere=True,
    ),
    DemoPerson(
        login="designer", name="Kərimli Orxan Fuad oğlu", body="agency", unit="registry", post=ADVISER,
        roles=("designer",),
    ),
    DemoPerson(
        login="admin", name="Səfərova Nigar Tofiq qızı", body="agency", unit="office", post=ADVISER,
        roles=("administrator",), everywhere=True,
    ),
    DemoPerson(
        login="agency.clerk", name="Mustafayeva Fidan Ceyhun qızı", body="agency", unit="office", post=CLERK,
        roles=("clerk",),
    ),
    DemoPerson(
        login="agency.executor1", name="Hüseynli Toğrul Arif oğlu", body="agency", unit="office", post=ADVISER,
        roles=("executor",),
    ),
    DemoPerson(
        login="agency.executor2", name="Abbasova Leyla Namiq qızı", body="agency", unit="office", post=ADVISER,
        roles=("executor", "receiver"),
    ),
    DemoPerson(
        login="head", name="Əliyev Şükür İsmayıl oğlu", body="executive", unit="office", post=HEAD, roles=("head",)
    ),
    DemoPerson(
        login="deputy", name="İbrahimova Xəyalə Çingiz qızı", body="executive", unit="office", post=DEPUTY, roles=()
    ),
    DemoPerson(
        login="clerk", name="Nəbiyeva Lalə Kamran qızı", body="executive", unit="appeals", post=CLERK, roles=("clerk",)
    ),
    DemoPerson(
        login="executor1", name="Həsənov Ramin Zaur oğlu", body="executive", unit="appeals", post=ADVISER,
        roles=("executor",),
    ),
    DemoPerson(
        login="executor2", name="Ağayeva Ülviyyə Sabir qızı", body="executive", unit="appeals", post=ADVISER,
        roles=("executor",),
    ),
    DemoPerson(
        login="executor3", name="Nəsirov Kamran İlqar oğlu", body="executive", unit="appeals", post=ADVISER,
        roles=("executor",),
    ),
    DemoPerson(
        login="responsible1", name="Quliyev Anar Məhəmməd oğlu", body="executive", unit="appeals", post=ADVISER,
        roles=("responsible_person",), appointed=True,
    ),
    DemoPerson(
        login="housing.head", name="Vəliyev Fərid Akif oğlu", body="housing", unit="office", post=HEAD, roles=("head",)
    ),
    DemoPerson(
        login="housing.clerk", name="Rzayeva Aytən Elxan qızı", body="housing", unit="office", post=CLERK,
        roles=("clerk",),
    ),
    DemoPerson(
        login="housing.executor1", name="Babayev Emin Rafiq oğlu", body="housing", unit="services", post=ADVISER,
        roles=("executor",),
    ),
    DemoPerson(
        login="housing.executor2", name="Musayeva Könül Ədalət qızı", body="housing", unit="services", post=ADVISER,
        roles=("executor",),
    ),
    DemoPerson(
        login="responsible2", name="Cəfərova Aysel Bəhram qızı", body="housing", unit="services", post=ADVISER,
        roles=("responsible_person",), appointed=True,
    ),
    DemoPerson(
        login="akim", name="Құрманғалиев Серік Асқарұлы", body="akimat", unit="office", post=AKIM, roles=("head",),
        language="kk",
    ),
    DemoPerson(
        login="akimat.clerk", name="Нұрланова Әсел Бауыржанқызы", body="akimat", unit="office", post=CLERK,
        roles=("clerk",), language="kk",
    ),
    DemoPerson(
        login="akimat.executor1", name="Жұмабаев Ерлан Төлегенұлы", body="akimat", unit="land", post=ADVISER,
        roles=("executor",), language="kk",
    ),
    DemoPerson(
        login="akimat.executor2", name="Өтегенова Гүлнұр Қайратқызы", body="akimat", unit="land", post=ADVISER,
        roles=("executor",), language="kk",
    ),
    DemoPerson(
        login="akimat.responsible", name="Сейітов Нұржан Ғабитұлы", body="akimat", unit="land", post=ADVISER,
        roles=("responsible_person",), language="kk", appointed=True,
    ),
)  # fmt: skip

CAPACITIES = {"operator": "operator_person"}
"""the capacity a role is filled in, where it is called differently"""
