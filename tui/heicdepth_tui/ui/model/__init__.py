"""The state of the app without Textual: photos, selection, settings, layout in cells."""
