"""Our arithmetic inside PostgreSQL: a few small SQL functions that follow the same rules as the Python side.

`KERNEL` holds the statements that create them; the runtime runs them when it sets up or upgrades a
database. Numbers are kept to ten digits after the point and below 10**20, half up; PostgreSQL's own
`round` on NUMERIC rounds half away from zero, and `div` is exact, so the results are the same digit for
digit.
"""

from __future__ import annotations

_HEAD = "LANGUAGE sql IMMUTABLE PARALLEL SAFE"

KERNEL: tuple[str, ...] = (
    f"""CREATE OR REPLACE FUNCTION q_fit(value numeric) RETURNS numeric {_HEAD} AS
    $$ SELECT CASE WHEN abs(value) < 100000000000000000000 THEN round(value, 10) END $$""",
    f"""CREATE OR REPLACE FUNCTION q_divide(a numeric, b numeric) RETURNS numeric {_HEAD} AS
    $$ SELECT q_fit(div(a * 100000000000, nullif(b, 0)) * 0.00000000001) $$""",
    f"""CREATE OR REPLACE FUNCTION q_modulo(a numeric, b numeric) RETURNS numeric {_HEAD} AS
    $$ SELECT q_fit(CASE WHEN mod(a, nullif(b, 0)) <> 0 AND (mod(a, nullif(b, 0)) < 0) <> (b < 0)
       THEN mod(a, nullif(b, 0)) + b ELSE mod(a, nullif(b, 0)) END) $$""",
    f"""CREATE OR REPLACE FUNCTION q_text(value text) RETURNS text {_HEAD} AS
    $$ SELECT CASE WHEN char_length(value) BETWEEN 1 AND 10000 THEN value END $$""",
    f"""CREATE OR REPLACE FUNCTION q_day(day date, days double precision) RETURNS date {_HEAD} AS
    $$ SELECT CASE WHEN days BETWEEN -4000000 AND 4000000
       AND (day - DATE '0001-01-01') + days BETWEEN 0 AND 3652058 THEN day + days::integer END $$""",
    f"""CREATE OR REPLACE FUNCTION q_moment(moment timestamptz, seconds bigint) RETURNS timestamptz {_HEAD} AS
    $$ SELECT CASE WHEN extract(epoch FROM moment) + seconds BETWEEN -62135596800 AND 253402300799
       THEN moment + make_interval(secs => seconds) END $$""",
    f"""CREATE OR REPLACE FUNCTION q_between(a timestamptz, b timestamptz) RETURNS bigint {_HEAD} AS
    $$ SELECT floor(extract(epoch FROM b) - extract(epoch FROM a))::bigint $$""",
)
