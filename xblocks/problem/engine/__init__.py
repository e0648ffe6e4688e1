"""The problem engine: XML in, a compiled form, HTML and grades out. No Django, no XBlock."""
