"""The engine: what builds the book and course sites, runs notebooks, and grades exercises."""
