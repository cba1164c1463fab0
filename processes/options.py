"""The option lists of forms: people, bodies, the archive's arrangement, and the fixed lists of the law."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from archive.documents import GONE
from archive.review_lists import MOST_ENTRIES
from archive.service import Archive, ArchivedDocument
from processes.errors import ConfigurationError
from processes.forms import Option
from processes.mandates import holders
from processes.organisation import Body, bodies
from processes.vocabulary import ACCESS_LEVELS, SECTIONS, TERRITORIES, TOPICS

LANGUAGES = ("az", "kk", "ru", "en")


def everywhere(text: str) -> dict[str, str]:
    """A name that is the same in every language."""
    return dict.fromkeys(LANGUAGES, text)


class OptionSource:
    """Resolves a form's `options_from` for one body at one instant."""

    def __init__(
        self, session: Session, archive: Archive, owner: Body, now: datetime, *, case_id: UUID | None = None
    ) -> None:
        self._session = session
        self._archive = archive
        self._owner = owner
        self._now = now
        self._case_id = case_id
        self._known: dict[str, list[Option]] = {}

    def __call__(self, source: str) -> list[Option]:
        """The options of a source.

        :raises ConfigurationError: a form names a source that does not exist
        """
        if source not in self._known:
            if source not in SOURCES:
                raise ConfigurationError(f"no option source {source!r}; there are: {', '.join(sorted(SOURCES))}")
            self._known[source] = SOURCES[source](self)
        return self._known[source]

    def executors(self) -> list[Option]:
        """Who may execute a resolution in this body."""
        found = {
            mandate.holder_id: mandate.holder
            for mandate in holders(self._session, "executor", self._owner.id, self._now)
        }
        return [Option(value=str(identity), label=everywhere(name)) for identity, name in found.items()]

    def bodies(self) -> list[Option]:
        """Every body of this installation."""
        return [Option(value=str(each.id), label=each.title) for each in bodies(self._session)]

    def other_bodies(self) -> list[Option]:
        """Every body but this one."""
        return [option for option in self.bodies() if option.value != str(self._owner.id)]

    def fonds(self) -> list[Option]:
        """The fonds of this body."""
        mine = self._archive.fonds(str(self._owner.id))
        return [Option(value=str(each.id), label=_coded(each.code, each.title)) for each in mine]

    def series(self) -> list[Option]:
        """The series of this body's fonds."""
        found = [each for fonds in self.fonds() for each in self._archive.series(UUID(fonds.value))]
        return [Option(value=str(each.id), label=_coded(each.code, each.title)) for each in found]

    def files(self) -> list[Option]:
        """The open files of this body's series."""
        found = [
            each
            for series in self.series()
            for each in self._archive.files(UUID(series.value))
            if each.closed_at is None
        ]
        return [Option(value=str(each.id), label=everywhere(f"{each.code} {each.title}")) for each in found]

    def retention_classes(self) -> list[Option]:
        """How long documents may be kept, by the retention list."""
        return [Option(value=each.code, label=each.title) for each in self._archive.retention_classes()]

    def disposal_due(self) -> list[Option]:
        """Documents of this body whose period is over, longest overdue first, and those the case has listed already."""
        listed = self._archive.review_lists.documents(self._case_id) if self._case_id else []
        today = self._owner.local(self._now).date()
        due = self._archive.review_lists.due(on=today, owner=str(self._owner.id), limit=MOST_ENTRIES)
        kept = [each for each in listed if each.status not in GONE]
        found = {each.id: each for each in [*kept, *due]}
        return [Option(value=str(each.id), label=_dated(each)) for each in list(found.values())[:MOST_ENTRIES]]

    def disposal_entries(self) -> list[Option]:
        """The documents on this case's review list, also those that are gone."""
        listed = self._archive.review_lists.documents(self._case_id) if self._case_id else []
        return [Option(value=str(each.id), label=_dated(each)) for each in listed]


def _dated(document: ArchivedDocument) -> dict[str, str]:
    return everywhere(f"{document.number} · {document.title} · {document.dated_on:%d.%m.%Y}")


def _coded(code: str, title: Mapping[str, str]) -> dict[str, str]:
    return {language: f"{code} {text}" for language, text in title.items()}


def _fixed(entries: Mapping[str, Mapping[str, str]]) -> Callable[[OptionSource], list[Option]]:
    return lambda _source: [Option(value=value, label=label) for value, label in entries.items()]


SOURCES: Mapping[str, Callable[[OptionSource], list[Option]]] = {
    "executors": OptionSource.executors,
    "people": OptionSource.executors,
    "bodies": OptionSource.bodies,
    "other_bodies": OptionSource.other_bodies,
    "fonds": OptionSource.fonds,
    "series": OptionSource.series,
    "files": OptionSource.files,
    "retention_classes": OptionSource.retention_classes,
    "disposal_due": OptionSource.disposal_due,
    "disposal_entries": OptionSource.disposal_entries,
    "access_levels": _fixed(ACCESS_LEVELS),
    "territories": _fixed(TERRITORIES),
    "topics": _fixed(TOPICS),
    "sections": _fixed(SECTIONS),
}
