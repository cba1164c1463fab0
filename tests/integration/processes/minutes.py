"""A process of the tests' own: the head or a substitute signs one minute after the other, until one is the last.

A minute that is not signed within a working day is given up: the timer takes the work item away.
"""

import json
from collections.abc import Mapping
from typing import Any

from engine.package import package_from_files
from processes.office import Office

KEY = "minutes"
ELEMENT = "write_minute"

MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:karguzar="urn:karguzar:bpmn:1"
             targetNamespace="urn:test">
  <process id="minutes" name="Minutes" isExecutable="true">
    <laneSet id="lanes"><lane id="lane_head" name="Head">
      <flowNodeRef>start</flowNodeRef><flowNodeRef>write_minute</flowNodeRef><flowNodeRef>given_up</flowNodeRef>
      <flowNodeRef>more</flowNodeRef><flowNodeRef>end_written</flowNodeRef><flowNodeRef>end_given_up</flowNodeRef>
    </lane></laneSet>
    <startEvent id="start"/>
    <userTask id="write_minute" name="Write a minute"><extensionElements>
      <karguzar:task form="minute" document="generic" signature="personal" deadline="minute"/>
    </extensionElements></userTask>
    <boundaryEvent id="given_up" attachedToRef="write_minute" cancelActivity="true"><timerEventDefinition>
      <timeDate>deadline('minute')</timeDate></timerEventDefinition></boundaryEvent>
    <exclusiveGateway id="more" name="Another?" default="more_end"/>
    <endEvent id="end_written"/>
    <endEvent id="end_given_up"/>
    <sequenceFlow id="start_write" sourceRef="start" targetRef="write_minute"/>
    <sequenceFlow id="write_more" sourceRef="write_minute" targetRef="more"/>
    <sequenceFlow id="more_write" sourceRef="more" targetRef="write_minute">
      <conditionExpression>not last</conditionExpression></sequenceFlow>
    <sequenceFlow id="more_end" sourceRef="more" targetRef="end_written"/>
    <sequenceFlow id="given_up_end" sourceRef="given_up" targetRef="end_given_up"/>
  </process>
</definitions>
"""

MANIFEST = """
key = "minutes"
register = "minutes"
number = "P-{year}-{seq:06}"
document_type = "minutes"
access_level = "open"
retention_class = "services-permanent"
titles = { az = "Protokol", kk = "Хаттама", ru = "Протокол", en = "Minutes" }
[roles.head]
body = "case"
titles = { az = "Rəhbər", kk = "Басшы", ru = "Руководитель", en = "Head" }
[variables]
last = { type = "boolean", initial = false }
[deadlines.minute]
law = "house rule"
term = "1 working day"
titles = { az = "Protokol", kk = "Хаттама", ru = "Протокол", en = "Minute" }
[elements.write_minute]
titles = { az = "Protokol qeydi", kk = "Хаттама жазбасы", ru = "Запись протокола", en = "Minute" }
"""


def in_all(text: str) -> dict[str, str]:
    return dict.fromkeys(("az", "kk", "ru", "en"), text)


def _field(label: str, widget: str) -> dict[str, Any]:
    return {"label": in_all(label), "widget": widget}


SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "title": "Minute",
    "required": ["text", "last"],
    "properties": {
        "text": {"type": "string"},
        "last": {"type": "boolean"},
        "papers": {"type": "array", "items": {"type": "object"}, "maxItems": 3},
        "state_secret": {"type": "boolean"},
    },
}
UI = {
    "title": in_all("Minute"),
    "sections": [{"id": "minute", "title": in_all("Minute"), "fields": ["text", "papers", "last", "state_secret"]}],
    "fields": {
        "text": _field("Text", "textarea"),
        "last": _field("Last", "yesno"),
        "papers": _field("Papers", "file"),
        "state_secret": _field("State secret", "yesno"),
    },
}


def deploy_minutes(office: Office, model: str = MODEL, manifest: str = MANIFEST) -> None:
    """Deploy the process in an office; the linter has nothing to say here, a diagram it would miss."""
    files: Mapping[str, bytes] = {
        "process.bpmn": model.encode(),
        "process.toml": manifest.encode(),
        "forms/minute.schema.json": json.dumps(SCHEMA).encode(),
        "forms/minute.ui.json": json.dumps(UI).encode(),
    }
    with office.unit_of_work() as uow:
        uow.engine.deploy(package_from_files(files), by="test")
        uow.commit()
