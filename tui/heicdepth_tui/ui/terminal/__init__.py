"""Everything that knows Textual's internals or writes to the terminal."""
