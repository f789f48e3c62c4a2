"""Background work without Textual: decoding, scanning, exporting; posts events to the app."""
