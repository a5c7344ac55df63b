"""Metrics: pure functions, one topic a file.

A case that a metric cannot judge gives None, never 0: it is left out of the mean and of n.
"""
