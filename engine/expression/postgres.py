"""Our arithmetic inside PostgreSQL: small SQL functions that follow the same rules as the Python side.

`KERNEL` holds the statements that create them; the runtime runs them when it sets up or upgrades a
database. Numbers are kept to ten digits after the point and below 10**20, half up; PostgreSQL's own
`round` on NUMERIC rounds half away from zero, and `div` is exact, so the results are the same digit for
digit. Functions of texts and of dates stand in the two modules beside this one.
"""

from __future__ import annotations

from engine.expression.postgres_dates import DATES
from engine.expression.postgres_define import define
from engine.expression.postgres_texts import TEXTS

_NUMBERS: tuple[str, ...] = (
    define(
        "q_fit(value numeric)",
        "numeric",
        """
        SELECT CASE WHEN abs(round(value, 10)) < <LIMIT> THEN round(value, 10) END
        """,
    ),
    define(
        "q_whole(value numeric)",
        "integer",
        """
        SELECT trunc(CASE WHEN value > 1000000000 THEN 1000000000 WHEN value < -1000000000 THEN -1000000000
        ELSE value END)::integer
        """,
    ),
    define(
        "q_divide(a numeric, b numeric)",
        "numeric",
        """
        SELECT q_fit(div(a * 100000000000, nullif(b, 0)) * 0.00000000001)
        """,
    ),
    define(
        "q_modulo(a numeric, b numeric)",
        "numeric",
        """
        SELECT q_fit(CASE WHEN mod(a, nullif(b, 0)) <> 0 AND (mod(a, nullif(b, 0)) < 0) <> (b < 0)
        THEN mod(a, nullif(b, 0)) + b ELSE mod(a, nullif(b, 0)) END)
        """,
    ),
    define(
        "q_round(value numeric, digits numeric)",
        "numeric",
        """
        SELECT CASE WHEN abs(digits) <= 10 AND digits = trunc(digits)
        THEN q_fit(round(value, q_whole(digits))) END
        """,
    ),
    define(
        "q_trunc(value numeric, digits numeric)",
        "numeric",
        """
        SELECT CASE WHEN abs(digits) <= 10 AND digits = trunc(digits) THEN trunc(value, q_whole(digits)) END
        """,
    ),
    define(
        "q_round_up(value numeric, digits numeric)",
        "numeric",
        """
        SELECT CASE WHEN abs(digits) > 10 OR digits <> trunc(digits) THEN NULL
        WHEN q_trunc(value, digits) = value THEN value
        ELSE q_fit(q_trunc(value, digits) + sign(value) * ('1e' || -q_whole(digits))::numeric) END
        """,
    ),
    define(
        "q_power(base numeric, exponent numeric)",
        "numeric",
        """
        SELECT CASE
        WHEN base IS NULL OR abs(exponent) > 1000 THEN NULL
        WHEN exponent = 0 THEN 1
        WHEN base = 0 THEN CASE WHEN exponent > 0 THEN 0 END
        WHEN base < 0 AND exponent <> trunc(exponent) THEN NULL
        WHEN exponent * ln(round(abs(base), 40)) > 47 THEN NULL
        WHEN exponent * ln(round(abs(base), 40)) < -30 THEN 0
        ELSE q_fit(power(round(base, 40), exponent)) END
        """,
    ),
    define(
        "q_exp(value numeric)",
        "numeric",
        """
        SELECT CASE WHEN value > 47 THEN NULL WHEN value < -30 THEN 0 ELSE q_fit(exp(round(value, 40))) END
        """,
    ),
    define(
        "q_ln(value numeric)",
        "numeric",
        """
        SELECT CASE WHEN value > 0 THEN q_fit(ln(round(value, 40))) END
        """,
    ),
    define(
        "q_log(value numeric, base numeric)",
        "numeric",
        """
        SELECT CASE WHEN value > 0 AND base > 0 AND base <> 1
        THEN q_fit(ln(round(value, 60)) / ln(round(base, 60))) END
        """,
    ),
    define(
        "q_sqrt(value numeric)",
        "numeric",
        """
        SELECT CASE WHEN value >= 0 THEN q_fit(sqrt(round(value, 40))) END
        """,
    ),
    define(
        "q_parity(value numeric, odd integer)",
        "numeric",
        """
        SELECT q_fit(CASE WHEN value < 0 THEN -1 ELSE 1 END
        * (2 * ceil((ceil(abs(value)) - odd) / 2) + odd))
        """,
    ),
)

KERNEL: tuple[str, ...] = (*_NUMBERS, *TEXTS, *DATES)
