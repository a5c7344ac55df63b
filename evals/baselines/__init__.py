"""Pipelines of others in their documented shape, to be measured beside ours on the same sets."""
