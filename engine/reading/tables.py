"""Reading a table of TOML or JSON key by key: a wrong type, a missing and an unknown key each become a finding."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from engine.definition import LANGUAGES
from engine.findings import Finding, Severity


class Findings:
    """Collects what is wrong, so that a designer sees all of it at once."""

    def __init__(self) -> None:
        self.all: list[Finding] = []

    def add(self, file: str, rule: str, message: str, element: str | None = None) -> None:
        """Note an error."""
        self.all.append(
            Finding(file=file, element=element, rule=rule, severity=Severity.ERROR, message=message),
        )


class Table:
    """One table of a file. Ask for its keys, then `finish`: what nobody asked for is unknown."""

    def __init__(self, content: Mapping[str, Any], *, file: str, path: str, findings: Findings) -> None:
        self.content = content
        self.file = file
        self.path = path
        self.findings = findings
        self._asked: set[str] = set()

    def error(self, key: str, message: str) -> None:
        """Note what is wrong with a key."""
        self.findings.add(self.file, "package-table", message, self._at(key))

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _get(self, key: str, kind: type | tuple[type, ...], told: str) -> Any:
        """The value when it has that type, else None with a finding."""
        self._asked.add(key)
        value = self.content.get(key)
        if value is None:
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.error(key, f"{self._at(key)} must be {told}")
            return None
        return value

    def text(self, key: str) -> str | None:
        """A text that is not blank, or None."""
        value = self._get(key, str, "a text")
        if value is not None and not value.strip():
            self.error(key, f"{self._at(key)} is empty: fill it in or leave it out")
            return None
        return str(value) if value is not None else None

    def required_text(self, key: str) -> str:
        """A text that must be there."""
        value = self.text(key)
        if value is None and self.content.get(key) is None:
            self.error(key, f"{self._at(key)} is missing")
        return value or ""

    def flag(self, key: str) -> bool:
        """True or false; false when absent."""
        return bool(self._get(key, bool, "true or false"))

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """One of a few texts, required."""
        value = self.required_text(key)
        if value and value not in choices:
            self.error(key, f"{self._at(key)} must be one of {', '.join(choices)}, not {value!r}")
        return value

    def titles(self, key: str = "titles") -> dict[str, str]:
        """Language → text; the languages must be the office's. Whether all four are there is the linter's question."""
        table = self._get(key, dict, 'a table such as { az = "…", kk = "…", ru = "…", en = "…" }') or {}
        for language, text in table.items():
            if language not in LANGUAGES or not isinstance(text, str):
                self.error(key, f"{self._at(key)}.{language}: give texts for {', '.join(LANGUAGES)} only")
        return {language: text for language, text in table.items() if language in LANGUAGES and isinstance(text, str)}

    def mapping(self, key: str) -> dict[str, Any]:
        """A free table, its dates as ISO strings."""
        return {name: json_value(value) for name, value in (self._get(key, dict, "a table") or {}).items()}

    def tables(self, key: str) -> dict[str, "Table"]:
        """A table of tables."""
        found = {}
        for name, content in (self._get(key, dict, "a table") or {}).items():
            if isinstance(content, dict):
                found[name] = self._inner(f"{key}.{name}", content)
            else:
                self.error(name, f"{self._at(key)}.{name} must be a table")
        return found

    def table(self, key: str) -> "Table":
        """A table inside this one; an empty one when absent."""
        return self._inner(key, self._get(key, dict, "a table") or {})

    def array(self, key: str) -> list["Table"]:
        """An array of tables."""
        items = self._get(key, list, "an array of tables") or []
        if not all(isinstance(item, dict) for item in items):
            self.error(key, f"{self._at(key)} must hold tables only")
        return [self._inner(f"{key}[{number}]", item) for number, item in enumerate(items, 1) if isinstance(item, dict)]

    def texts(self, key: str) -> tuple[str, ...] | None:
        """An array of texts, None when absent."""
        items = self._get(key, list, "an array of texts")
        if items is not None and not all(isinstance(item, str) for item in items):
            self.error(key, f"{self._at(key)} must hold texts only")
        return None if items is None else tuple(item for item in items if isinstance(item, str))

    def value(self, key: str) -> Any:
        """Whatever it is, dates as ISO strings."""
        self._asked.add(key)
        return json_value(self.content.get(key))

    def _inner(self, path: str, content: Mapping[str, Any]) -> "Table":
        return Table(content, file=self.file, path=self._at(path), findings=self.findings)

    def finish(self) -> None:
        """Every key nobody asked for is an error: a typing mistake must not be silent."""
        for key in self.content.keys() - self._asked:
            known = ", ".join(sorted(self._asked))
            self.error(key, f"{self._at(key)} is unknown here; known are {known}")


def json_value(value: Any) -> Any:
    """A TOML value as JSON has it: dates and times become ISO strings."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: json_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [json_value(item) for item in value]
    return value
