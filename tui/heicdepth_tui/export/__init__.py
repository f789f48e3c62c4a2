"""Geometry to files: one module a format, one registry."""
