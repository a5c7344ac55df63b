"""The second room: documents become passages in SQLite (the truth) and Chroma (derived from it)."""
