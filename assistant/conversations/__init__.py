"""Conversations, kept: what was asked and answered, in a database of its own beside the index."""
