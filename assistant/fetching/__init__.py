"""What stands at an address, fetched once, when a person adds it, and from nowhere else."""

from assistant.fetching.address import is_address
from assistant.fetching.fetch import Limits, Page, fetch

__all__ = ["Limits", "Page", "fetch", "is_address"]
