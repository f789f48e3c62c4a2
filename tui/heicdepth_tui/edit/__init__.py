"""Writes depth maps into photos, takes them out, and removes them."""
