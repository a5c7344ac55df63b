"""Sums done by code: the operation read from the question, the operands from rows and columns, the result exact."""

from assistant.answering.sums.bearers import of_named
from assistant.answering.sums.calculate import calculate, operand_text
from assistant.answering.sums.model import Sum

__all__ = ["Sum", "calculate", "of_named", "operand_text"]
