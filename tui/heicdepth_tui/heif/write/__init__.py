"""Facts to bytes: boxes, metadata and whole HEIF files. The readers of heif/ import none of it."""
