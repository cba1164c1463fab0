"""Titles from deployed packages: a version never changes, so each is read once."""

from collections.abc import Iterable, Mapping

from engine.definition import ProcessDefinition
from processes.unit_of_work import UnitOfWork


class Definitions:
    """The packages a page needs, each asked for once."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._found: dict[tuple[str, int | None], ProcessDefinition] = {}

    def get(self, key: str, version: int | None = None) -> ProcessDefinition:
        """A deployed version, the newest without one."""
        if (key, version) not in self._found:
            self._found[key, version] = self._uow.engine.definition(key, version)
        return self._found[key, version]

    def know(self, named: Iterable[tuple[str, int | None]]) -> None:
        """Ask for those that will be needed, all at once."""
        wanted = [each for each in dict.fromkeys(named) if each not in self._found]
        self._found |= zip(wanted, self._uow.engine.each_definition(wanted), strict=True)

    def version_of(self, key: str, sha256: str) -> int:
        """The version with this content."""
        return self._uow.engine.version_of(key, sha256)

    def process_title(self, key: str, version: int | None = None) -> Mapping[str, str]:
        """The title of a process in four languages."""
        return self.get(key, version).package.titles

    def step_title(self, key: str, version: int, element_id: str) -> Mapping[str, str]:
        """The shown title of an element in four languages."""
        element = self.get(key, version).package.elements.get(element_id)
        return element.titles if element and element.titles else {"en": (element and element.name) or element_id}

    def cosigns(self, key: str, version: int, element_id: str) -> bool:
        """Whether a step signs the document of another one."""
        element = self.get(key, version).package.elements.get(element_id)
        return element is not None and element.cosigns is not None

    def role_title(self, key: str, version: int, role: str) -> Mapping[str, str]:
        """The shown title of a lane's role."""
        found = self.get(key, version).package.roles.get(role)
        return found.titles if found else {"en": role}
