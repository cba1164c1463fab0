"""A person with a browser that runs no scripts: follows links, fills forms, presses buttons."""

import html
import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from processes.demo.founding import Account
from processes.office import Office
from processes.service_tasks import perform, record


class Visitor:
    """One browser session."""

    def __init__(self, app: Flask, accounts: Mapping[str, Account]) -> None:
        self._client = app.test_client()
        self.accounts = accounts
        self.page: TestResponse

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        self.page = self._client.get(path, follow_redirects=True, **kwargs)
        return self.page

    @property
    def text(self) -> str:
        return html.unescape(self.page.get_data(as_text=True))

    @property
    def errors(self) -> list[str]:
        """What the error summary says."""
        return re.findall(r'<li><a href="#[^"]*">([^<]+)</a></li>', self.text)

    @property
    def path(self) -> str:
        return self.page.request.path

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page.get_data(as_text=True))
        assert found, self.path
        return found[1]

    def post(
        self, path: str, data: Mapping[str, Any] | None = None, *, token: str | None = None, **kwargs: Any
    ) -> TestResponse:
        fields = {**(data or {}), "csrf_token": self.token() if token is None else token}
        self.page = self._client.post(path, data=fields, follow_redirects=True, **kwargs)
        return self.page

    def field(self, name: str) -> str:
        found = re.search(rf'name="{re.escape(name)}"[^>]*value="([^"]*)"', self.page.get_data(as_text=True))
        assert found, f"no field {name} on {self.path}"
        return html.unescape(found[1])

    def link(self, pattern: str) -> str:
        found = re.search(rf'(?:href|data-source)="({pattern})"', self.page.get_data(as_text=True))
        assert found, f"no link {pattern} on {self.path}"
        return html.unescape(found[1])

    def sign_in(self, login: str, language: str = "en") -> None:
        self._client = self._client.application.test_client()
        self.get(f"/sign-in?lang={language}")
        self.post("/sign-in", {"login": login, "password": self.accounts[login].password})
        assert self.path == "/inbox", self.text

    def act(self, action: str, fields: Mapping[str, Any], **more: Any) -> TestResponse:
        """Press a button of the form on this page; the page's own hidden values go along, as a browser sends them."""
        own = {"_version": self.field("_version"), "_shown": self.field("_shown"), "_action": action}
        return self.post(self.path, {**own, **fields, **more})

    def sign(self, login: str) -> TestResponse:
        return self.post(self.path, {"pin": self.accounts[login].pin})


def work(office: Office) -> None:
    """Do every service task that waits, as the worker does."""
    while calls := _waiting(office):
        for case_id, task_id in calls:
            effect = perform(office, case_id, task_id)
            assert effect is not None
            assert record(office, office.unit_of_work(), case_id, task_id, effect) == "done"


def _waiting(office: Office) -> list[tuple[Any, Any]]:
    import sqlalchemy as sa

    from engine.tables import InstanceRow

    with office.reading() as uow:
        running = uow.session.execute(sa.select(InstanceRow.id).where(InstanceRow.status == "running")).scalars()
        return [(case, call.task_id) for case in running for call in uow.engine.waiting_services(case)]
