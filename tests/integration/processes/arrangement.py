"""Several machines' processes on one: started by the commands of docs/deploy/systemd, killed, ended as systemd does."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from processes.settings import Settings

ROOT = Path(__file__).parents[3]
UNITS = ROOT / "docs" / "deploy" / "systemd"
COMMAND = "/opt/karguzar/.venv/bin/karguzar"
OURS = {"KARGUZAR_HOME", "KARGUZAR_DATABASE_URL", "KARGUZAR_PUBLIC_URL", "KARGUZAR_KEYS_PASSPHRASE"}
"""settings of karguzar.env that say where an office is; the others are taken as they stand there"""
PATIENCE_SECONDS = 120


def read_unit(name: str, instance: str) -> tuple[list[str], dict[str, str]]:
    """Command and environment of a unit's instance; what stands for files of a machine is kept."""
    lines = (UNITS / f"{name}@.service").read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("=")[::2] for line in lines if "=" in line and not line.startswith("#")]
    filled = [(key, value.replace("%i", instance).replace("%H", "testhost")) for key, value in pairs]
    command = [shlex.split(value) for key, value in filled if key == "ExecStart"]
    assert len(command) == 1
    environ = {}
    for key, value in filled:
        if key == "EnvironmentFile":
            assert value == "/etc/karguzar/karguzar.env"
            environ |= read_environment(UNITS / "karguzar.env")
        if key == "Environment":
            name_, _, set_to = value.partition("=")
            environ[name_] = set_to
    return command[0], environ


def read_environment(file: Path) -> dict[str, str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@dataclass
class Unit:
    """One process of the arrangement."""

    name: str
    instance: str
    office: Mapping[str, str]
    console: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def is_web(self) -> bool:
        return self.name == "karguzar-web"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.instance}"

    def start(self) -> None:
        command, environ = read_unit(self.name, self.instance)
        assert command[0] == COMMAND
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KARGUZAR_")}
        settings = {name: value for name, value in environ.items() if name not in OURS}
        with self.console.open("ab") as console:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "web.cli", *command[1:]],
                cwd=ROOT,
                env={**kept, **settings, **self.office, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        assert self.process.poll() is None, self.told()
        self.process.kill()
        self.process.wait()

    def end(self) -> tuple[int, float]:
        """SIGTERM, as systemctl stop sends it: exit status and seconds."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60), time.monotonic() - began

    def told(self) -> str:
        return f"{self.name}@{self.instance}: {self.console.read_text(encoding='utf-8')[-2000:]}"

    def answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return int(answer.status) == 200
        except (urllib.error.URLError, OSError):
            return False


@dataclass
class Arrangement:
    """Two processes with pages and two workers on one PostgreSQL."""

    units: list[Unit] = field(default_factory=list)

    @classmethod
    def of(cls, settings: Settings, folder: Path) -> "Arrangement":
        office = {
            "KARGUZAR_HOME": str(settings.home),
            "KARGUZAR_DATABASE_URL": settings.database_url,
            "KARGUZAR_PUBLIC_URL": "http://127.0.0.1",
        }
        named = [("karguzar-web", str(_free_port())) for _ in range(2)]
        named += [("karguzar-worker", "1"), ("karguzar-worker", "2")]
        return cls([Unit(name, inst, office, folder / f"{name}-{inst}.console") for name, inst in named])

    @property
    def webs(self) -> list[Unit]:
        return [unit for unit in self.units if unit.is_web]

    @property
    def workers(self) -> list[Unit]:
        return [unit for unit in self.units if not unit.is_web]

    def start(self) -> None:
        for unit in self.units:
            unit.start()
        for unit in self.webs:
            self.wait_until_ready(unit)

    def wait_until_ready(self, unit: Unit) -> None:
        limit = time.monotonic() + PATIENCE_SECONDS
        while not unit.answers("/readyz"):
            assert unit.process is not None
            assert unit.process.poll() is None, unit.told()
            assert time.monotonic() < limit, unit.told()
            time.sleep(0.2)

    def stop(self) -> None:
        """Whatever still runs ends now."""
        for unit in self.units:
            if unit.process is not None and unit.process.poll() is None:
                unit.process.kill()
                unit.process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
