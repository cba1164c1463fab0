"""The files of docs/deploy: what is pinned, guarded and watched, and that the commands in them are the product's."""

import configparser
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from processes.settings import ELSEWHERE, PREFIX, Settings
from web.cli import main

DEPLOY = Path(__file__).parents[3] / "docs" / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
HARDENING = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "RestrictNamespaces": "yes",
    "LockPersonality": "yes",
    "ReadWritePaths": "/var/lib/karguzar",
}


def known_variables() -> set[str]:
    return {PREFIX + field.name.upper() for field in fields(Settings)} | {PREFIX + name for name in ELSEWHERE}


def service(unit: Path) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit.read_text(encoding="utf-8"))
    return parser["Service"]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_is_guarded_restarted_and_ended_by_sigterm(unit: Path) -> None:
    section = service(unit)
    assert {name: section.get(name) for name in HARDENING} == HARDENING
    assert (section["Restart"], section["KillSignal"]) == ("always", "SIGTERM")
    assert section["User"] == "karguzar"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_runs_a_command_of_the_product(unit: Path) -> None:
    program, command, *options = service(unit)["ExecStart"].split()
    assert program == "/opt/karguzar/.venv/bin/karguzar"
    known = {option for parameter in main.commands[command].params for option in parameter.opts}
    assert {option for option in options if option.startswith("--")} <= known


def test_the_settings_in_the_files_exist(compose: dict[str, Any]) -> None:
    named = set(re.findall(r"^(?:Environment=)?(KARGUZAR_\w+)=", _texts(), re.MULTILINE))
    named |= {name for one in compose["services"].values() for name in one.get("environment", {}) if name[:3] == "KAR"}
    assert named <= known_variables()


def _texts() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in (DEPLOY / "systemd").iterdir())


def test_every_image_is_pinned_and_every_service_watched(compose: dict[str, Any]) -> None:
    for name, one in compose["services"].items():
        assert re.fullmatch(r"[\w/.-]+:\d+\.\d+[\w.-]*", one["image"]), name
        if name != "prepare":
            assert one["healthcheck"]["test"], name
            assert one["restart"] == "unless-stopped", name
        assert "no-new-privileges:true" in one["security_opt"]
    base = re.search(r"^FROM (\S+)$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert base
    assert re.fullmatch(r"python:3\.\d+\.\d+-\S+", base[1])


def test_compose_runs_the_same_arrangement_as_the_units(compose: dict[str, Any]) -> None:
    services = compose["services"]
    commands = [one["command"] for name, one in services.items() if name.startswith(("web-", "worker-"))]
    assert commands == 2 * [["serve", "--no-worker", "--port", "8080"]] + 2 * [["worker"]]
    units = {unit.stem: service(unit)["ExecStart"].split()[1:] for unit in UNITS}
    assert units == {
        "karguzar-web@": ["serve", "--no-worker", "--port", "%i"],
        "karguzar-worker@": ["worker"],
    }
    ids = [one["environment"].get("KARGUZAR_EXECUTOR_ID") for name, one in services.items() if name[:7] == "worker-"]
    assert ids == ["worker-1", "worker-2"]
    for name, one in services.items():
        if name.startswith(("web-", "worker-")):
            assert one["depends_on"]["database"] == {"condition": "service_healthy"}
            assert one["read_only"] is True
            assert one["cap_drop"] == ["ALL"]


def test_each_command_shows_an_example() -> None:
    def commands(group: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
        found = []
        for name, command in group.commands.items():
            found.append(((*path, name), command.help or ""))
            if hasattr(command, "commands"):
                found += commands(command, (*path, name))
        return found

    without = [path for path, text in commands(main) if f"Example: karguzar {path[0]}" not in " ".join(text.split())]
    assert without == []
