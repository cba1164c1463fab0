"""Which decision a business rule task asks, and what becomes of the answer: in our namespace or another tool's."""

from typing import Any

DECISION_ATTRIBUTES = (
    "{urn:karguzar:bpmn:1}decision",
    "{http://camunda.org/schema/1.0/bpmn}decisionRef",
    "{http://flowable.org/bpmn}decisionRef",
)
DECISION_ELEMENTS = (
    "{urn:karguzar:bpmn:1}task",
    "{http://spiffworkflow.org/bpmn/schema/1.0/core}calledDecisionId",
    "{http://camunda.org/schema/zeebe/1.0}calledDecision",
)


def decision_ref(node: Any) -> str | None:
    """The decision a business rule task names, in our namespace or in another tool's."""
    for attribute in DECISION_ATTRIBUTES:
        if node.get(attribute):
            return str(node.get(attribute))
    for child in node.iter(*DECISION_ELEMENTS):
        named = child.get("decision") or child.get("decisionId") or (child.text or "").strip()
        if named:
            return str(named)
    return None


def result_variable(node: Any) -> tuple[str | None, bool]:
    """The one variable another tool's model wants a decision's result in, and whether as a list of rows."""
    camunda = "{http://camunda.org/schema/1.0/bpmn}"
    if node.get(f"{camunda}resultVariable"):
        mapped = node.get(f"{camunda}mapDecisionResult", "resultList")
        return str(node.get(f"{camunda}resultVariable")), mapped == "resultList"
    zeebe = next(node.iter("{http://camunda.org/schema/zeebe/1.0}calledDecision"), None)
    return (zeebe.get("resultVariable") if zeebe is not None else None), False
