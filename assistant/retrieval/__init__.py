"""The third room: a question becomes ranked evidence, sentences with their spans."""
