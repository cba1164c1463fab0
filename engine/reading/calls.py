"""Which version of a process a call activity calls, as karguzar:call and other tools' attributes write it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from engine.reading.markup import KARGUZAR, attribute, bpmn_children

BOUND = "@"
"""stands between a process's key and its binding; no key or id can hold it"""


class CallBinding(StrEnum):
    """What a call is bound to, if not to the newest version when its case begins."""

    LATEST = "latest"
    """the newest version when the call begins"""
    VERSION = "version"
    """the version that is named"""
    DEPLOYMENT = "deployment"
    """the version deployed together with the caller, last time that was"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTarget:
    """The process a call activity calls."""

    key: str
    binding: CallBinding | None = None
    version: int | None = None

    def name(self, caller: str) -> str:
        """What the process goes by inside the case of its caller, whose key is given."""
        if self.binding is None:
            return self.key
        of = {CallBinding.VERSION: f":{self.version}", CallBinding.DEPLOYMENT: f":{key_of(caller)}"}
        return f"{self.key}{BOUND}{self.binding.value}{of.get(self.binding, '')}"


def key_of(name: str) -> str:
    """The key of a process by what it goes by inside a case."""
    return name.partition(BOUND)[0]


def stated_binding(element: Any) -> tuple[str | None, str | None]:
    """Binding and version of a call activity as they are written; None where nothing is."""
    for extensions in bpmn_children(element, "extensionElements"):
        for call in extensions.iterchildren(f"{{{KARGUZAR}}}call", "{*}calledElement"):
            binding = call.get("binding") or call.get("bindingType")
            if binding:
                return binding, call.get("version") or call.get("versionTag")
    return attribute(element, "calledElementBinding"), attribute(element, "calledElementVersion")


def call_target(element: Any) -> CallTarget | None:
    """What a call activity calls; what the linter refuses counts as not written."""
    key = (attribute(element, "calledElement") or "").rpartition(":")[2].strip()
    if not key:
        return None
    binding, version = stated_binding(element)
    if binding == CallBinding.VERSION:
        number = int(version) if version and version.isascii() and version.isdigit() else None
        return CallTarget(key=key, binding=CallBinding.VERSION if number else None, version=number)
    return CallTarget(key=key, binding=CallBinding(binding) if binding in set(CallBinding) else None)
