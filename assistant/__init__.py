"""Ask your documents and check every word of the answer: cited, verified, offline."""

__version__ = "0.1.0"
