"""Starts the decoder and shows the first photo before Textual is imported."""
