"""The OMG's schema files of BPMN 2.0, as they come with the interpreter: the one place that knows where they lie."""

from importlib.resources import files

SCHEMAS = ("BPMN20.xsd", "Semantic.xsd")
"""definitions and import; everything else of the model's namespace (the diagram's schemas are not needed here)"""


def schema_sources() -> list[bytes]:
    """The schema files of the model's namespace."""
    folder = files("SpiffWorkflow.bpmn.parser") / "schema"
    return [(folder / name).read_bytes() for name in SCHEMAS]
