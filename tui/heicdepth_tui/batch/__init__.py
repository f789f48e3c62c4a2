"""Exports many photos: what to do, worker processes, and a manifest of what was done."""
