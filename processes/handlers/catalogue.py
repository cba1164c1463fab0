"""Loads every module of handlers, so that their names are known."""

from importlib import import_module

from processes.handlers import guards, recorders, services, starters

MODULES = (
    "registry",
    "oversight",
    "archival",
    "disposal",
    "transfers",
    "appeal_intake",
    "appeal_rules",
    "appeal_letters",
    "appeal_routing",
)


def load_handlers() -> None:
    """Import the modules; again does nothing."""
    for module in MODULES:
        import_module(f"processes.handlers.{module}")


def handler_names() -> dict[str, frozenset[str]]:
    """Names by kind, for the linter."""
    load_handlers()
    return {
        "services": services.names,
        "recorders": recorders.names,
        "guards": guards.names,
        "starters": starters.names,
    }
