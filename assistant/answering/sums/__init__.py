"""Sums done by code: the operation read from the question, the operands from rows and columns, the result exact."""





