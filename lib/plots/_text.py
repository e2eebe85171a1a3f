"""How numbers, products, sizes and sums are written in figures and in their alt text."""

import numpy as np

from lib.arguments import refuse

MINUS = "\N{MINUS SIGN}"
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def is_symbol(value):
    """Whether a cell holds a letter such as "a" or "w₀" and not a number."""
    return isinstance(value, str)


def number(value, digits=3):
    """A number as figures write it: whole numbers without a point, a true minus sign.

    What differs by rounding is written alike, since processors round differently.

    >>> number(2.0), number(-0.125), number("x"), number(2 + 1e-15), number(-1e-17)
    ('2', '−0.125', 'x', '2', '0')
    """
    if is_symbol(value):
        return value
    if isinstance(value, complex | np.complexfloating):
        refuse("value", value, "is complex", "give real numbers")
    value = steady(value)
    if value == round(value) and abs(value) < 1e6:
        text = str(int(round(value)))
    else:
        text = f"{value:.{digits}g}"
    return text.replace("-", MINUS)


def steady(value):
    """The number without what rounding adds: 12 significant digits, and 0 for less than 1e-12.

    It is then written in the same way on every processor, half-way cases included.

    >>> steady(0.1 + 0.2), steady(-1e-17)
    (0.3, 0.0)
    """
    value = float(value)
    return 0.0 if abs(value) < 1e-12 else float(f"{value:.12g}")


def sub(name, index):
    """A name with a subscript.

    >>> sub("x", 12)
    'x₁₂'
    """
    return name + str(index).translate(_SUBSCRIPT)


def size(shape):
    """A shape in words: (4, 4) becomes "4 × 4", (7,) becomes "7".

    >>> size((4, 4))
    '4 × 4'
    """
    return " × ".join(str(n) for n in shape)


def product(value, tap):
    """One entry of a stamp: the number value·tap, or letters side by side.

    >>> product(2, 3), product("a", "x"), product(1, "x"), product(0, "x"), product(-2, "x")
    (6.0, 'ax', 'x', 0.0, '−2x')
    """
    if not is_symbol(value) and not is_symbol(tap):
        return float(value) * float(tap)
    for factor, other in ((value, tap), (tap, value)):
        if not is_symbol(factor):
            if factor in (0, 1):
                return other if factor == 1 else 0.0
            return MINUS + other if factor == -1 else number(factor) + other
    return value + tap


def total(products):
    """The sum of products as a cell shows it: a number, or letters joined by + and −.

    >>> total([1.0, 2.0]), total(["az", "bx"]), total([])
    (3.0, 'az+bx', 0.0)
    """
    letters = [p for p in products if is_symbol(p)]
    rest = sum(p for p in products if not is_symbol(p))
    if not letters:
        return float(rest)
    words = letters + ([number(rest)] if rest else [])
    return "".join(words[:1] + [w if w.startswith(MINUS) else "+" + w for w in words[1:]])


def sum_of_products(pairs):
    """The terms of Σ value·tap, one string each, signs in front.

    >>> " ".join(sum_of_products([(1, 1), (4, 2), (-1, 0), (0, -1)]))
    '1·1 + 4·2 − 1·0 + 0·(−1)'
    """
    terms = []
    for value, tap in pairs:
        negative = not is_symbol(value) and value < 0
        left = number(value).removeprefix(MINUS)
        right = number(tap)
        if right.startswith(MINUS):
            right = f"({right})"
        joint = "" if is_symbol(value) and is_symbol(tap) else "·"
        sign = MINUS if negative else "+"
        if not terms:
            sign = MINUS if negative else ""
            terms.append(f"{sign}{left}{joint}{right}")
        else:
            terms.append(f"{sign} {left}{joint}{right}")
    return terms


def listed(values, most=12):
    """Values in words, shortened after `most` of them.

    >>> listed([1, 2, 3], most=2)
    '1, 2, …'
    """
    values = list(values)
    words = ", ".join(number(v) for v in values[:most])
    return words + (", …" if len(values) > most else "")


def rows(array):
    """An array read aloud row by row: "1, 2; 3, 4".

    >>> rows([[1, 2], [3, 4]])
    '1, 2; 3, 4'
    """
    array = np.asarray(array, dtype=object)
    array = array[None] if array.ndim == 1 else array
    return "; ".join(listed(row, most=10) for row in array[:8]) + ("; …" if len(array) > 8 else "")


def shorten(text, limit=600):
    """Alt text cut at a sentence when it would be too long to listen to."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    end = max(cut.rfind(". "), cut.rfind("; "))
    if end < 40:
        return cut + "…"
    return cut[: end + 1] if cut[end] == "." else cut[:end] + " …"
