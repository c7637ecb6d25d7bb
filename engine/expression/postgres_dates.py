"""Dates, moments and durations inside PostgreSQL: what lies outside the years 1 to 9999 is blank.

Where a CASE tests a limit, the value is cut to the limit as well: PostgreSQL may compute a constant part of a
branch before it knows that the branch is not taken.
"""

from __future__ import annotations

from engine.expression.postgres_define import define

DATES: tuple[str, ...] = (
    define(
        "q_span(seconds bigint)",
        "bigint",
        """
        SELECT CASE WHEN abs(seconds) <= <LONGEST> THEN seconds END
        """,
    ),
    define(
        "q_seconds(seconds numeric)",
        "bigint",
        """
        SELECT CASE WHEN abs(seconds) <= <LONGEST> THEN round(seconds)::bigint END
        """,
    ),
    define(
        "q_move(day date, days bigint)",
        "date",
        """
        SELECT CASE WHEN abs(days) <= 4000000 AND (day - DATE '0001-01-01') + days BETWEEN 0 AND 3652058
        THEN day + least(greatest(days, -4000000), 4000000)::integer END
        """,
    ),
    define(
        "q_day(day date, seconds bigint)",
        "date",
        """
        SELECT q_move(day, seconds / 86400)
        """,
    ),
    define(
        "q_days_apart(a date, b date)",
        "bigint",
        """
        SELECT (a - b)::bigint * 86400
        """,
    ),
    define(
        "q_moment(moment timestamptz, seconds bigint)",
        "timestamptz",
        """
        SELECT CASE WHEN extract(epoch FROM moment) + seconds BETWEEN <FIRST> AND <LAST>
        THEN moment + make_interval(secs => seconds) END
        """,
    ),
    define(
        "q_apart(a timestamptz, b timestamptz)",
        "bigint",
        """
        SELECT floor(extract(epoch FROM a) - extract(epoch FROM b))::bigint
        """,
    ),
    define(
        "q_clock(day date, seconds numeric)",
        "timestamp",
        """
        SELECT day + make_interval(secs => seconds::double precision)
        """,
    ),
    define(
        "q_local(moment timestamptz, zone text)",
        "timestamp",
        """
        SELECT CASE WHEN timezone(zone, moment) BETWEEN TIMESTAMP '0001-01-01 00:00:00'
        AND TIMESTAMP '9999-12-31 23:59:59.999999' THEN timezone(zone, moment) END
        """,
    ),
    define(
        "q_local_day(moment timestamptz, zone text)",
        "date",
        """
        SELECT q_local(moment, zone)::date
        """,
    ),
    define(
        "q_from_local(clock timestamp, zone text)",
        "timestamptz",
        """
        SELECT CASE WHEN extract(epoch FROM timezone(zone, clock)) BETWEEN <FIRST> AND <LAST>
        THEN timezone(zone, clock) END
        """,
    ),
    define(
        "q_months(day date, months bigint)",
        "date",
        """
        SELECT CASE WHEN extract(year FROM day) * 12 + extract(month FROM day) - 1 + months
        BETWEEN 12 AND 119999
        THEN (day + make_interval(months => least(greatest(months, -120000), 120000)::integer))::date END
        """,
    ),
    define(
        "q_months_between(a date, b date)",
        "integer",
        """
        SELECT CASE WHEN b < a THEN -1 WHEN b >= a THEN 1 END
        * ((extract(year FROM greatest(a, b)) - extract(year FROM least(a, b))) * 12
        + extract(month FROM greatest(a, b)) - extract(month FROM least(a, b))
        - CASE WHEN extract(day FROM greatest(a, b)) < extract(day FROM least(a, b)) THEN 1 ELSE 0 END
        )::integer
        """,
    ),
    define(
        "q_date(y numeric, m numeric, d numeric)",
        "date",
        """
        SELECT CASE WHEN q_whole(y) BETWEEN 1 AND 9999 AND abs(m) <= 120000 AND abs(d) <= 4000000
        THEN q_move(q_months(make_date(q_whole(y), 1, 1), q_whole(m) - 1), q_whole(d) - 1) END
        """,
    ),
    define(
        "q_read_date(value text)",
        "date",
        """
        SELECT CASE WHEN parts[1]::integer >= 1 AND parts[2]::integer BETWEEN 1 AND 12
        AND parts[3]::integer BETWEEN 1 AND extract(day FROM
        make_date(greatest(parts[1]::integer, 1), least(greatest(parts[2]::integer, 1), 12), 1)
        + make_interval(months => 1) - make_interval(days => 1))
        THEN make_date(parts[1]::integer, parts[2]::integer, parts[3]::integer) END
        FROM regexp_match(value, '^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?$') AS found(parts)
        """,
    ),
    define(
        "q_date_add(day date, count numeric, unit text)",
        "date",
        """
        SELECT CASE unit WHEN 'day' THEN q_move(day, q_whole(count))
        WHEN 'week' THEN q_move(day, q_whole(count) * 7::bigint)
        WHEN 'month' THEN q_months(day, q_whole(count))
        WHEN 'quarter' THEN q_months(day, q_whole(count) * 3::bigint)
        WHEN 'year' THEN q_months(day, q_whole(count) * 12::bigint) END
        """,
    ),
    define(
        "q_date_diff(a date, b date, unit text)",
        "numeric",
        """
        SELECT (CASE unit WHEN 'day' THEN b - a WHEN 'week' THEN (b - a) / 7
        WHEN 'month' THEN q_months_between(a, b) WHEN 'quarter' THEN q_months_between(a, b) / 3
        WHEN 'year' THEN q_months_between(a, b) / 12 END)::numeric
        """,
    ),
    define(
        "q_weekday(day date, first numeric)",
        "numeric",
        """
        SELECT (CASE first WHEN 2 THEN extract(isodow FROM day)
        WHEN 1 THEN extract(dow FROM day) + 1 END)::numeric
        """,
    ),
    define(
        "q_second_of_day(clock timestamp)",
        "numeric",
        """
        SELECT floor(extract(epoch FROM clock - date_trunc('day', clock)))::numeric
        """,
    ),
    define(
        "q_start(day date, unit text)",
        "date",
        """
        SELECT CASE WHEN unit = 'day' THEN day ELSE date_trunc(unit, day::timestamp)::date END
        """,
    ),
    define(
        "q_end(day date, unit text)",
        "date",
        """
        SELECT CASE unit WHEN 'day' THEN day WHEN 'week' THEN q_move(q_start(day, unit), 6)
        ELSE (q_start(day, unit) + CASE unit WHEN 'month' THEN INTERVAL '1 month'
        WHEN 'quarter' THEN INTERVAL '3 months'
        ELSE INTERVAL '1 year' END - INTERVAL '1 day')::date END
        """,
    ),
    define(
        "q_workdays_before(day date)",
        "integer",
        """
        SELECT (day - DATE '0001-01-01') / 7 * 5 + least(mod(day - DATE '0001-01-01', 7), 5)
        """,
    ),
    define(
        "q_workdays_to(day date)",
        "integer",
        """
        SELECT (day - DATE '0001-01-01' + 1) / 7 * 5 + least(mod(day - DATE '0001-01-01' + 1, 7), 5)
        """,
    ),
    define(
        "q_workdays(a date, b date)",
        "numeric",
        """
        SELECT (CASE WHEN b >= a THEN q_workdays_to(b) - q_workdays_before(a)
        ELSE q_workdays_before(b) - q_workdays_to(a) END)::numeric
        """,
    ),
    define(
        "q_nth_workday(place integer)",
        "date",
        """
        SELECT CASE WHEN place >= 0
        THEN q_move(DATE '0001-01-01', (place / 5 * 7 + mod(place, 5))::bigint) END
        """,
    ),
    define(
        "q_workday(day date, days numeric)",
        "date",
        """
        SELECT CASE WHEN abs(days) > 4000000 THEN NULL WHEN q_whole(days) = 0 THEN day
        WHEN q_whole(days) > 0 THEN q_nth_workday(q_workdays_to(day) + q_whole(days) - 1)
        ELSE q_nth_workday(q_workdays_before(day) + q_whole(days)) END
        """,
    ),
    define(
        "q_format(clock timestamp, format text)",
        "text",
        """
        SELECT q_text(replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(
        format, 'yyyy', to_char(clock, 'YYYY')), 'yy', to_char(clock, 'YY')),
        'MM', to_char(clock, 'MM')), 'M', to_char(clock, 'FMMM')),
        'dd', to_char(clock, 'DD')), 'd', to_char(clock, 'FMDD')),
        'HH', to_char(clock, 'HH24')), 'H', to_char(clock, 'FMHH24')),
        'mm', to_char(clock, 'MI')), 'm', to_char(clock, 'FMMI')),
        'ss', to_char(clock, 'SS')), 's', to_char(clock, 'FMSS')))
        """,
    ),
)
