"""What may stand in a variable, and where variables live."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Thread
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definitions import DefinitionCache, pack_files, unpack_files
from engine.errors import ExecutionFailed
from engine.spiff.values import normalised
from tests.unit.engine_runtime.models import Model

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_json_data_are_kept_as_they_are_and_copied(value: Any) -> None:
    copy = normalised(value)
    assert copy == value
    assert orjson.loads(orjson.dumps(copy)) == value
    if isinstance(value, list | dict):
        assert copy is not value


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (date(2026, 3, 19), "2026-03-19"),
        (datetime(2026, 3, 19, 9, tzinfo=UTC), "2026-03-19T09:00:00+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Decimal(5), 5),
        (Decimal("5.5"), 5.5),
        ((1, 2), [1, 2]),
        ("\x00 emoji 🙂 \u202e", "\x00 emoji 🙂 \u202e"),
    ],
)
def test_other_values_become_json(value: Any, kept: Any) -> None:
    assert normalised(value) == kept


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, 2**53, "\ud800", {1: "x"}, {"\udfff": 1}, object(), {1, 2}, nested(100), b"x"]
)
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(ExecutionFailed, match="variable 'x'"):
        normalised({"inner": value}, name="x")


def test_files_packed_alike_are_alike() -> None:
    files = {"b.txt": b"b" * 100, "a/ə.txt": "ə".encode()}
    packed = pack_files(files)
    assert pack_files(dict(reversed(list(files.items())))) == packed
    assert unpack_files(packed) == files


def test_a_package_is_compiled_once_for_all_threads() -> None:
    cache, package, found = DefinitionCache(), Model("p").path("start", "end").package(), []
    threads = [Thread(target=lambda: found.append(cache.program(package, {"p": package}))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(program.specs["p"]) for program in found}) == 1
