"""Numbers as the visitor's language writes them: 1,234.5 or 1.234,5."""
from decimal import Decimal
from functools import lru_cache

from .current import current


def decimal(number: float, digits: int = 0) -> str:
    """A number with so many digits after the point; rounded alike in every language."""
    return _written(f"{number:.{digits}f}", digits, current())


def percent(share: float, digits: int = 0) -> str:
    """A share of 1 in per cent."""
    return _written(f"{100 * share:.{digits}f}", digits, current(), per_cent=True)


def localised(number: str) -> str:
    """A number that is written already, 1234.5 or 1.2e+04, with the decimal sign of the visitor's language."""
    return number.replace(".", decimal(0, 1)[1])


@lru_cache(4096)
def _written(number: str, digits: int, code: str, per_cent: bool = False) -> str:
    from babel.numbers import format_decimal, format_percent

    pattern = "#,##0" + "." * bool(digits) + "0" * digits
    if per_cent:
        sign = "%" if code == "en" else "\N{NO-BREAK SPACE}%"  # as CLDR has it in German, French and Spanish
        return format_percent(Decimal(number) / 100, pattern + sign, locale=code)
    return format_decimal(Decimal(number), pattern, locale=code)
