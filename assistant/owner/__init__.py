"""Whose work is it? One process owns a home; the command line hands its work to it where there is one already.

A small server of its own on loopback, not a route of the chat page: it can be reached as soon as the home is open and
before the page is made, any owner can have one, and nothing that a browser may ask the page for comes near it.
"""
