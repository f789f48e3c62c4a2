"""Arrays to terminal cells: colour maps and block characters; knows nothing of Textual."""
