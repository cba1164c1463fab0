"""Officers' browsers that know several addresses of one office: when one does not answer, the next one is asked."""

import html
import http.cookiejar
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from processes.demo.founding import Account

TIMEOUT_SECONDS = 30
PATIENCE_SECONDS = 120
"""both may be down at once, for as long as one needs to start"""


class NoAnswer(Exception):
    """The server hung up, or was not there."""


@dataclass
class Page:
    """What came back."""

    status: int
    path: str
    text: str

    def field(self, name: str) -> str:
        found = re.search(rf'name="{re.escape(name)}"[^>]*value="([^"]*)"', self.text)
        assert found, f"no field {name} on {self.path}: {self.text[:300]}"
        return html.unescape(found[1])


class Browser:
    """One session; its cookie is good at every address, because all processes share the office's keys."""

    def __init__(self, urls: Sequence[str], account: Account, *, first: int) -> None:
        self._urls = list(urls)
        self._at = first % len(urls)
        self._account = account
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), urllib.request.ProxyHandler({})
        )

    def elsewhere(self) -> None:
        """Ask the next address from now on."""
        self._at = (self._at + 1) % len(self._urls)

    def get(self, path: str) -> Page:
        return self._open(path, None)

    def post(self, path: str, fields: Mapping[str, str], token: str) -> Page:
        return self._open(path, urllib.parse.urlencode({**fields, "csrf_token": token}).encode())

    def _open(self, path: str, data: bytes | None) -> Page:
        try:
            with self._opener.open(self._urls[self._at] + path, data, timeout=TIMEOUT_SECONDS) as answer:
                return _page(answer.status, answer.url, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return _page(error.code, error.url, error.read())
        except (urllib.error.URLError, OSError, ValueError) as error:
            raise NoAnswer from error
        except Exception as error:  # a half answer: http.client names it in many ways
            raise NoAnswer from error

    def sign_in(self) -> None:
        page = self.get("/sign-in?lang=en")
        fields = {"login": self._account.login, "password": self._account.password}
        assert self.post("/sign-in", fields, page.field("csrf_token")).path == "/inbox"

    def start(self, process: str, body: str, case_id: str) -> None:
        """Begin a case whose id was drawn beforehand: asked twice, it begins once."""
        path = f"/cases/new/{process}/{body}"
        page = self.get(path)
        page = self.post(path, {"_case": case_id, "_action": "submit"}, page.field("csrf_token"))
        assert page.status == 200, page.text[:500]
        assert case_id in page.path or page.path.startswith("/tasks/"), page.path

    def sign(self, item_id: str, fields: Mapping[str, str]) -> bool:
        """Fill, submit, sign; True when the receipt was shown, False when the step was done already."""
        page = self.get(f"/tasks/{item_id}")
        if not page.path.startswith("/tasks/"):
            return False
        own = {"_version": page.field("_version"), "_shown": page.field("_shown"), "_action": "submit"}
        page = self.post(page.path, {**own, **fields}, page.field("csrf_token"))
        if page.status == 409:
            return False
        assert page.path.startswith("/sign/"), f"{page.status} {page.path} {page.text[:2000]}"
        if not page.path.endswith("/receipt"):
            page = self.post(page.path, {"pin": self._account.pin}, page.field("csrf_token"))
        assert page.status == 409 or page.path.endswith("/receipt"), f"{page.status} {page.path} {page.text[:2000]}"
        return page.status == 200


def insist(browser: Browser, act: Callable[[], bool | None]) -> bool | None:
    """Try until somebody answers: at this address, then at the other."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return act()
        except NoAnswer:
            assert time.monotonic() < limit, "nobody answers"
            browser.elsewhere()
            time.sleep(0.2)


def _page(status: int, url: str, body: bytes) -> Page:
    return Page(status, urllib.parse.urlsplit(url).path, body.decode("utf-8", "replace"))
