"""Where photos are: scan, sort, filter and find; knows headers, not pixels."""
