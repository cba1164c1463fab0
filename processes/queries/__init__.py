"""The read side: views for pages, one module a page family. SELECT only, readonly; the rooms' models are not loaded."""
