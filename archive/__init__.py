"""Keeps signed bytes and what describes them, for decades. Knows no BPMN and no signing internals."""
