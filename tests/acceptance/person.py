"""Somebody at a browser of their own, who reads what the pages say in their language."""

import gettext
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect

from acceptance.served_office import ROOT, Account

SCREENSHOTS = ROOT / "tests" / "screenshots"
PATIENCE = 30_000
"""milliseconds; two cores may have much to do beside"""
JOBS_SECONDS = 60
VIEWER_MILLISECONDS = 1200
"""the browser's own PDF viewer tells nobody when it has drawn the page"""
SCRIPTS_AT_REST = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"
LOCALES = {"az": "az-AZ", "kk": "kk-KZ", "ru": "ru-RU", "en": "en-GB"}
TOLD_BY_THE_PAGE = re.compile(r"^(Failed to load resource: the server responded with a|Response) [Ss]tatus .*\b4\d\d\b")
"""the browser notes every 4xx page in its console; the page itself says what happened, and the tests read that"""
OVERTAKEN_REFRESH = re.compile(r"^htmx:(sendAbort|afterRequest), ")
"""htmx notes a refresh that a newer one or the next page replaced"""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An option by what it says, where its value is drawn at founding."""

    text: str


@cache
def catalogue(language: str) -> Callable[[str], str]:
    """What the pages say in a language, by what they say in English."""
    translations = gettext.translation("messages", ROOT / "web" / "translations", [language])
    return translations.gettext


def _expected(message: str) -> bool:
    return any(each.match(message) for each in (TOLD_BY_THE_PAGE, OVERTAKEN_REFRESH))


class Person:
    """One person's browser: a context with cookies of its own, one tab."""

    def __init__(
        self, browser: Browser, url: str, language: str, account: Account | None = None, **options: Any
    ) -> None:
        self.url, self.language, self.account = url, language, account
        self.scripts = options.get("java_script_enabled", True)
        self.troubles: list[str] = []
        """console errors, requests to other hosts, answers of 500 and above; the tests end with none"""
        options = {
            "locale": LOCALES[language],
            "timezone_id": "Asia/Baku",
            "viewport": {"width": 1360, "height": 900},
            "reduced_motion": "reduce",  # a colour half way to another is no page
        } | options
        self.context: BrowserContext = browser.new_context(base_url=url, **options)
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self._watch(self.page)
        if account is not None:
            self.sign_in()

    # --- what a page shows ----

    def words(self, english: str, **facts: object) -> str:
        """A text of the pages in this person's language."""
        found = catalogue(self.language)(english)
        if self.language != "en":
            assert found != english, f"untranslated in {self.language}: {english}"
        return found % facts if facts else found

    def sees(self, text: str, within: str = "main") -> None:
        expect(self.page.locator(within).first).to_contain_text(text, timeout=PATIENCE)

    def reads(self, english: str, **facts: object) -> None:
        self.sees(self.words(english, **facts))

    def does_not_see(self, text: str, within: str = "main") -> None:
        expect(self.page.locator(within).first).not_to_contain_text(text)

    def heading(self) -> str:
        return self.page.locator("h1").first.inner_text()

    def photo(self, name: str) -> None:
        """A picture of the whole page, to be looked at."""
        file = SCREENSHOTS / self.language / f"{name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        if self.page.locator("iframe").count():
            self.page.wait_for_timeout(VIEWER_MILLISECONDS)
        self.page.screenshot(path=file, full_page=True, caret="initial")  # hiding the caret would need an inline style

    def wait_for(self, path: str, there: Callable[[], bool]) -> None:
        """Look again until a job has done its part; jobs take a moment."""
        deadline = time.monotonic() + JOBS_SECONDS
        self.go(path)
        while not there():
            assert time.monotonic() < deadline, f"{path} still says: {self.page.locator('main').inner_text()}"
            self.page.wait_for_timeout(300)
            self.go(path)

    # --- what a person does ----

    def sign_in(self) -> None:
        assert self.account is not None
        self.go("/sign-in")
        self.page.fill("#login", self.account.login)
        self.page.fill("#password", self.account.password)
        self.press("Sign in")
        self.page.wait_for_url(re.compile(r"/(inbox|tasks|cases|$)"))

    def go(self, path: str) -> Response:
        answer = self.page.goto(path)
        assert answer is not None
        return answer

    def press(self, english: str, **facts: object) -> None:
        name = re.compile(rf"^\s*{re.escape(self.words(english, **facts))}")
        self.page.get_by_role("button", name=name).and_(self.page.locator(":visible")).first.click()

    def follow(self, english: str, **facts: object) -> None:
        name = re.compile(rf"^\s*{re.escape(self.words(english, **facts))}")
        self.page.locator("main").get_by_role("link", name=name).first.click()

    def fill(self, fields: Mapping[str, Any]) -> None:
        """Fill the fields of a form, each in the way of its control; conditional ones come with the refresh."""
        for name, value in fields.items():
            self._put(name, value)
        self.settle()

    def settle(self) -> None:
        """Until no partial refresh is under way."""
        if not self.scripts:
            return
        self.page.wait_for_timeout(250)  # a refresh begins 200 ms after the change
        self.page.wait_for_function(SCRIPTS_AT_REST)

    def value_of(self, name: str) -> str:
        control = self.page.locator(f'[name="{name}"]').first
        if control.get_attribute("type") == "radio":
            return self.page.locator(f'[name="{name}"]:checked').get_attribute("value") or ""
        return control.input_value()

    def sign(self, pin: str | None = None) -> None:
        """The PIN, and the seal-coloured button."""
        assert self.account is not None
        self.page.fill("#pin", self.account.pin if pin is None else pin)
        self.press("Sign the document")

    def get(self, path: str) -> bytes:
        """A file this person may download."""
        answer = self.context.request.get(path)
        assert answer.ok, f"{path}: {answer.status}"
        return answer.body()

    def close(self) -> None:
        self.context.close()

    def _put(self, name: str, value: Any) -> None:
        controls = self.page.locator(f'[name="{name}"]')
        kind = controls.first.evaluate("control => control.tagName === 'SELECT' ? 'select' : control.type")
        if kind == "radio":
            self.page.locator(f'[name="{name}"][value="{plain(value)}"]').check()
        elif kind == "checkbox":
            for each in value:
                self.page.locator(f'[name="{name}"][value="{each}"]').or_(self.page.get_by_label(each)).first.check()
        elif kind == "select":
            controls.first.select_option(self._option(name, value))
        else:
            controls.first.fill(plain(value))
            controls.first.blur()

    def _option(self, name: str, value: Any) -> str:
        if not isinstance(value, Labelled):
            return plain(value)
        option = self.page.locator(f'[name="{name}"] option').filter(has_text=value.text).first
        return option.get_attribute("value") or ""

    # --- what must not happen behind a page ----

    def _watch(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._trouble(f"script error: {error}"))
        page.on("request", self._on_request)
        page.on("response", self._on_response)

    def _trouble(self, what: str) -> None:
        self.troubles.append(f"{self.page.url}: {what}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not _expected(message.text):
            self._trouble(f"console {message.type}: {message.text}")

    def _on_request(self, request: Request) -> None:
        there = urlsplit(request.url)
        if there.scheme in {"http", "https"} and not request.url.startswith(self.url):
            self._trouble(f"asked another host: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self._trouble(f"{response.status} from {response.url}")


def plain(value: Any) -> str:
    """A value as a form's control holds it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return str(value)
