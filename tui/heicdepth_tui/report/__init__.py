"""Facts to tables: what the app and the plain output both print."""
