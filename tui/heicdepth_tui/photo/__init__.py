"""Facts to arrays: layers decoded by pillow-heif in a worker process of its own."""
