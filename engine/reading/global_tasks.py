"""Global tasks that call activities use again and again (BPMN 2.0.2, 10.3.7): each a process of that one task."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from lxml import etree

from engine.reading.markup import BPMN, bpmn_children, local

GLOBAL_TASKS: Mapping[str, str] = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}
"""global task → the task that does the same inside a process"""
LANGUAGE = "scriptLanguage"
"""what a global script task calls its scriptFormat"""


def add_global_tasks(root: Any) -> Any:
    """The document with a process for each of its global tasks, which goes by the task's id as the task itself does.

    The document given is left as it is.
    """
    if not bpmn_children(root, *GLOBAL_TASKS):
        return root
    widened = deepcopy(root)
    for task in bpmn_children(widened, *GLOBAL_TASKS):
        process = etree.SubElement(widened, f"{{{BPMN}}}process", id=task.get("id", ""), isExecutable="true")
        inside = etree.SubElement(process, f"{{{BPMN}}}{GLOBAL_TASKS[local(task)]}")
        inside.attrib.update({name: value for name, value in task.attrib.items() if name != LANGUAGE})
        inside.extend(child for child in task if local(child) not in {"ioSpecification", "ioBinding"})
        widened.remove(task)
    return widened
