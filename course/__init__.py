"""The engine: what builds the book and course sites, runs notebooks, and grades exercises."""

import sys

# jsonschema loads this where it can, to check addresses that no notebook has; it compiles
# grammars for as long as a whole unchanged build takes without it.
sys.modules.setdefault("rfc3987_syntax", None)
