"""The library: photos, depth maps and clouds as Python objects, each part computed when asked."""
