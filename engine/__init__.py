"""The BPMN runtime: process packages in, work items out. It knows people only as strings."""
