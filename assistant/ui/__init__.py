"""The web chat: documents on the left, the conversation in the middle, the source on the right."""
