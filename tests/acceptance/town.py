"""Everybody who comes to the office, and what has happened there so far."""

from functools import cached_property

from playwright.sync_api import Browser

from acceptance import appeals, services
from acceptance.person import Person
from acceptance.served_office import ServedOffice

KAZAKH = ("akim", "akimat.")


class Town:
    """Officers stay signed in, each in a browser of their own; citizens come and go."""

    def __init__(self, browser: Browser, office: ServedOffice) -> None:
        self._browser, self._office = browser, office
        self._accounts = office.accounts()
        self._officers: dict[str, Person] = {}
        self._others: list[Person] = []
        self._told: list[str] = []

    @property
    def url(self) -> str:
        return self._office.url

    def officer(self, login: str) -> Person:
        if login not in self._officers:
            self._officers[login] = self._person(self._language(login), login)
        return self._officers[login]

    def another_browser(self, login: str, **options: object) -> Person:
        """The same officer at a second machine."""
        return self._kept(self._person(self._language(login), login, **options))

    def citizen(self, language: str = "az", **options: object) -> Person:
        return self._kept(self._person(language, None, **options))

    def _language(self, login: str) -> str:
        return "kk" if login.startswith(KAZAKH) else "az"

    def _person(self, language: str, login: str | None, **options: object) -> Person:
        account = self._accounts[login] if login else None
        return Person(self._browser, self._office.url, language, account, **options)

    def _kept(self, person: Person) -> Person:
        self._others.append(person)
        return person

    # --- cases that several tests look at: played through once, by whoever needs them first ----

    @cached_property
    def registered_service(self) -> services.Registered:
        """A service described, returned, corrected, accepted and archived."""
        return services.describe_return_correct_accept_and_archive(self)

    @cached_property
    def service_under_review(self) -> str:
        """The case number of a service that waits for the operator."""
        return services.submit_quickly(self.officer("responsible1"))

    @cached_property
    def answered_appeal(self) -> appeals.Answered:
        """An appeal in Azerbaijani, answered by the deputy for the head."""
        return appeals.submit_and_answer(self, appeals.EXECUTIVE)

    @cached_property
    def answered_in_kazakh(self) -> appeals.Answered:
        """An appeal to the akimat."""
        return appeals.submit_and_answer(self, appeals.AKIMAT)

    # --- the end of a test ----

    def troubles(self) -> list[str]:
        """What went wrong behind the pages since it was asked last; citizens' browsers are closed."""
        everybody = [*self._officers.values(), *self._others]
        found = [trouble for person in everybody for trouble in person.troubles]
        crashes = self._office.crashes()
        found += crashes[len(self._told) :]
        self._told = crashes
        for person in everybody:
            person.troubles.clear()
        for person in self._others:
            person.close()
        self._others.clear()
        return found

    def close(self) -> None:
        for person in [*self._officers.values(), *self._others]:
            person.close()
