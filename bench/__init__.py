"""Side-by-side measurements and the helpers they share; not part of the package."""
