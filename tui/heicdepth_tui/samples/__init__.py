"""Photos of known geometry, rendered and written by this package, for the demo and the tests."""
