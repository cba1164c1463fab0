"""A demo office in a folder of its own, served as a user would serve it: `python -m web.cli serve --demo`."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

FOUNDING_SECONDS = 240
"""on two busy cores; a quiet machine needs about fifteen"""
STOPPING_SECONDS = 30
ROOT = Path(__file__).parents[2]
STORES = """
[key_stores.nca]
kind = "agent"
url = "ws://127.0.0.1:{port}"

[key_stores.phone]
kind = "mobile"
provider = "acceptance.telephone:Telephone"
options = {{ folder = "{folder}" }}
"""
"""beside those that need no setting up"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How somebody of the demo signs in and signs."""

    login: str
    password: str
    pin: str


class ServedOffice:
    """One running server with its worker inside, and the accounts of its people."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port, self.agent_port = free_port(), free_port()
        self.telephone = home.with_name("telephone")
        home.mkdir()
        (home / "karguzar.toml").write_text(
            STORES.format(port=self.agent_port, folder=self.telephone), encoding="utf-8"
        )
        self.url = f"http://127.0.0.1:{self.port}"
        self._serve()

    def _serve(self) -> None:
        home = self.home
        self._console = home.with_suffix(".console").open("ab")
        environ = {name: value for name, value in os.environ.items() if not name.startswith("KARGUZAR_")}
        environ |= {"KARGUZAR_HOME": str(home), "KARGUZAR_PUBLIC_URL": self.url}
        environ["PYTHONPATH"] = os.pathsep.join((str(ROOT), str(ROOT / "tests")))  # of the telephone
        self._process = subprocess.Popen(
            [sys.executable, "-m", "web.cli", "serve", "--demo", "--port", str(self.port)],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=self._console,
            stderr=subprocess.STDOUT,
        )

    def killed_and_served_again(self) -> None:
        """As after a power cut: kill -9, then the same home at the same address."""
        self._process.kill()
        self._process.wait()
        self._console.close()
        self._serve()
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        patience = time.monotonic() + FOUNDING_SECONDS
        while time.monotonic() < patience:
            if self._process.poll() is not None:
                raise RuntimeError(f"the server ended by itself:\n{self.console()}")
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise RuntimeError(f"the server does not answer:\n{self.console()}")

    def accounts(self) -> dict[str, Account]:
        drawn = json.loads((self.home / "demo-accounts.json").read_text(encoding="utf-8"))
        return {each["login"]: Account(**each) for each in drawn}

    def console(self) -> str:
        return self.home.with_suffix(".console").read_text(encoding="utf-8")

    def crashes(self) -> list[str]:
        """Log lines of what went wrong on our side; a calm error page in the browser must not hide them."""
        log = self.home / "logs" / "web.log"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return [line for line in lines if '"level": "error"' in line or '"level":"error"' in line]

    def stop(self) -> int:
        """End it as a user would, and tell its exit code; one that does not end is killed."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(STOPPING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        finally:
            self._console.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
