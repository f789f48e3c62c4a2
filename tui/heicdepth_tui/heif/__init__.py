"""Bytes to facts: reads the header of a HEIF file without decoding a picture."""
