"""The inbox of one officer among a million open work items, on both databases, as the page asks for it."""
