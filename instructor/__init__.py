"""The instructor's commands, and the sources of the exercises; the engine is in ``course``."""
