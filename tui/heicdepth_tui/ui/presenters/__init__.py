"""Pure functions from state to text, tables and pictures shown; no Textual."""
