"""Sphinx extensions of the book and of course sites."""
