"""Pipelines of others in their documented shape, to be measured beside ours on the same sets.

Each runs in an environment and a process of its own (`environments`, `peer`), with our embedding model and our chat
model, reached over loopback (`endpoints`), and is asked through the same door as our assistant (`baseline`).
"""
