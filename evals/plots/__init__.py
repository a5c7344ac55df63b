"""Plots as static SVG, drawn with the colours of the page they stand in."""
