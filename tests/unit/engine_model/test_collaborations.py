"""Example models whose processes talk to each other: what `karguzar trace` shows of each, and why."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.simulation import trace

MODELS = Path(__file__).parents[2] / "models" / "collaborations"
EXAMPLES = [
    pytest.param(file.with_suffix(".bpmn"), example, id=f"{file.stem}: {example['why']}")
    for file in sorted(MODELS.glob("*.json"))
    for example in json.loads(file.read_text())
]


@pytest.mark.parametrize(("model", "example"), EXAMPLES)
def test_the_model_runs_as_told(model: Path, example: dict[str, Any]) -> None:
    result = trace(
        model.read_bytes(),
        data=example.get("data"),
        answers=example.get("answers"),
        processes=example.get("processes", ()),
    ).as_json()
    assert result.pop("error") is None
    assert result == example["expect"]
