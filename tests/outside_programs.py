"""Programs of the system that tests ask as an outside check: without them a test is skipped, but fails in CI."""

import os
import shutil
from typing import NoReturn

import pytest


def not_here(reason: str) -> NoReturn:
    """Where the machine is meant to have it, that it was not asked is a failure."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def program(name: str, without: str = "no outside check") -> str:
    """Where the program is; `without` says what cannot be done when it is not installed."""
    found = shutil.which(name)
    return found or not_here(f"{name} is not installed: {without}")
