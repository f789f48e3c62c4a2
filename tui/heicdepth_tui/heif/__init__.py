"""Bytes to facts: what a HEIF file says, read without decoding a picture."""
