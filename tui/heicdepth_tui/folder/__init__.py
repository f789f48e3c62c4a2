"""Lists, sorts, searches and watches photos in folders; reads headers, never pixels."""
