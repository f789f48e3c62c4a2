"""What tests share: hostile files, mutants, a browser. Nothing here imports bench."""
