"""What a log holds: ids, codes and places; never what somebody entered."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from processes import logs
from processes.errors import NotFound
from processes.locks import FileLocks

SECRET = "Məmmədova Nigar"


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    import sys
    import threading

    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    names = ("karguzar", *logs.FOREIGN)
    before = {name: (list(logging.getLogger(name).handlers), logging.getLogger(name).propagate) for name in names}
    yield
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    while logs._kept:
        logs._kept.pop().close()
    for name, (handlers, propagate) in before.items():
        for handler in logging.getLogger(name).handlers:
            if handler not in handlers:
                handler.close()
        logging.getLogger(name).handlers, logging.getLogger(name).propagate = handlers, propagate


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def fail(name: str) -> None:
    entered = {"name": name}
    raise ValueError(f"{entered} is not a number")


def test_an_error_is_logged_with_its_place_and_without_what_it_quotes(tmp_path: Path) -> None:
    file = logs.configure_logs(tmp_path, "worker")
    try:
        try:
            fail(SECRET)
        except ValueError as error:
            raise NotFound(SECRET) from error
    except NotFound:
        structlog.get_logger().exception("job step failed", job="j1")
    assert SECRET not in file.read_text(encoding="utf-8")
    (line,) = lines(file)
    assert (line["event"], line["job"], line["level"]) == ("job step failed", "j1", "error")
    assert "in fail" in line["exception"]
    assert "builtins.ValueError\nled to:" in line["exception"]
    assert line["exception"].endswith("processes.errors.NotFound (not-found)")


def test_an_error_of_the_machine_says_what_it_is(tmp_path: Path) -> None:
    file = logs.configure_logs(tmp_path, "worker")
    try:
        (tmp_path / "none").read_bytes()
    except OSError:
        structlog.get_logger().exception("no file")
    assert "No such file" in lines(file)[0]["exception"]


def test_libraries_warn_in_the_same_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = logs.configure_logs(tmp_path, "web")
    logging.getLogger("dbos").warning("the queue %s is slow", "service")
    logging.getLogger("waitress.queue").info("nothing")
    (line,) = lines(file)
    assert (line["of"], line["said"], line["level"]) == ("dbos", "the queue service is slow", "warning")
    assert capfd.readouterr() == ("", "")


def test_each_process_writes_a_file_of_its_own(tmp_path: Path) -> None:
    other = FileLocks(tmp_path / "locks")
    assert other.take("log-web-1")
    assert logs.configure_logs(tmp_path, "web").name == "web-2.log"
    other.close()


def test_what_nobody_caught_is_logged_and_told_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = logs.configure_logs(tmp_path, "worker")
    error = ValueError(SECRET)
    logs._uncaught(ValueError, error, None)
    logs._uncaught(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert [line["event"] for line in lines(file)] == ["uncaught"]
    assert capsys.readouterr().err == "karguzar: unexpected ValueError; the log says where\n"


def test_a_command_that_ends_logs_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure_terminal()
    structlog.get_logger().warning("slow", ms=3)
    assert json.loads(capsys.readouterr().err)["event"] == "slow"
