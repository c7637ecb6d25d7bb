"""Texts inside PostgreSQL: places count characters, and no result is longer than a text may be."""

from __future__ import annotations

from engine.expression.postgres_define import define

TEXTS: tuple[str, ...] = (
    define(
        "q_text(value text)",
        "text",
        """
        SELECT CASE WHEN char_length(value) BETWEEN 1 AND <LENGTH> THEN value END
        """,
    ),
    define(
        "q_lower(value text)",
        "text",
        """
        SELECT translate(value, <CAPITALS>, <SMALL>)
        """,
    ),
    define(
        "q_upper(value text)",
        "text",
        """
        SELECT translate(value, <SMALL>, <CAPITALS>)
        """,
    ),
    define(
        "q_trim(value text)",
        "text",
        """
        SELECT q_text(btrim(value, <BLANKS>))
        """,
    ),
    define(
        "q_clean(value text)",
        "text",
        """
        SELECT q_text(translate(value, <CONTROLS>, ''))
        """,
    ),
    define(
        "q_left(value text, count numeric)",
        "text",
        """
        SELECT q_text(left(value, greatest(q_whole(count), 0)))
        """,
    ),
    define(
        "q_right(value text, count numeric)",
        "text",
        """
        SELECT q_text(right(value, greatest(q_whole(count), 0)))
        """,
    ),
    define(
        "q_mid(value text, start numeric, count numeric)",
        "text",
        """
        SELECT CASE WHEN q_whole(start) >= 1
        THEN q_text(substr(value, q_whole(start), greatest(q_whole(count), 0))) END
        """,
    ),
    define(
        "q_put(value text, start numeric, count numeric, part text)",
        "text",
        """
        SELECT CASE WHEN q_whole(start) >= 1 AND count IS NOT NULL
        THEN q_text(left(value, q_whole(start) - 1) || coalesce(part, '')
        || substr(value, q_whole(start) + greatest(q_whole(count), 0))) END
        """,
    ),
    define(
        "q_count(value text, part text)",
        "numeric",
        """
        SELECT CASE WHEN part = '' THEN 0 ELSE
        div(char_length(value) - char_length(replace(value, part, '')), char_length(part)) END
        """,
    ),
    define(
        "q_substitute(value text, old text, new text)",
        "text",
        """
        SELECT CASE WHEN old IS NULL THEN value
        WHEN char_length(value) + q_count(value, old)
        * (char_length(coalesce(new, '')) - char_length(old)) <= <LENGTH>
        THEN q_text(replace(value, old, coalesce(new, ''))) END
        """,
    ),
    define(
        "q_find(part text, value text, start numeric)",
        "numeric",
        """
        SELECT CASE WHEN q_whole(start) >= 1 AND strpos(substr(value, q_whole(start)), part) > 0
        THEN strpos(substr(value, q_whole(start)), part) + q_whole(start) - 1 END::numeric
        """,
    ),
    define(
        "q_part(value text, separator text, place numeric)",
        "text",
        """
        SELECT CASE WHEN q_whole(place) >= 1 THEN q_text(split_part(value, separator, q_whole(place))) END
        """,
    ),
    define(
        "q_repeat(value text, count numeric)",
        "text",
        """
        SELECT CASE WHEN q_whole(count) >= 1 AND char_length(value)::bigint * q_whole(count) <= <LENGTH>
        THEN repeat(value, q_whole(count)) END
        """,
    ),
    define(
        "q_digits(value numeric)",
        "text",
        """
        SELECT trim_scale(value)::text
        """,
    ),
    define(
        "q_value(value text)",
        "numeric",
        """
        SELECT q_fit(replace(found.parts[1], ',', '')::numeric
        * CASE WHEN found.parts[2] = '' THEN 1 ELSE 0.01 END)
        FROM regexp_match(btrim(value, <BLANKS>),
        '^([+-]?(?:[0-9]{1,30}|[0-9]{1,3}(?:,[0-9]{3}){1,9})(?:[.][0-9]{0,30})?)(\\x25?)$') AS found(parts)
        """,
    ),
    define(
        "q_number_text(value numeric, format text)",
        "text",
        """
        SELECT CASE WHEN shown.digits IS NULL THEN NULL
        ELSE q_text(CASE WHEN shown.value < 0 AND shown.digits ~ '[1-9]' THEN '-' ELSE '' END
        || CASE WHEN shown.grouped THEN reverse(regexp_replace(reverse(split_part(shown.digits, '.', 1)),
        '([0-9]{3})(?=[0-9])', '\\1,', 'g')) ELSE split_part(shown.digits, '.', 1) END
        || CASE WHEN strpos(shown.digits, '.') > 0 THEN '.' || split_part(shown.digits, '.', 2) ELSE '' END
        || shown.unit) END
        FROM (SELECT value AS value, f.parts[1] <> '' AS grouped, f.parts[4] AS unit,
        lpad(split_part(n.plain, '.', 1),
        greatest(char_length(split_part(n.plain, '.', 1)), char_length(f.parts[2])), '0')
        || CASE WHEN f.parts[3] = '' THEN '' ELSE '.' || split_part(n.plain, '.', 2) END AS digits
        FROM regexp_match(format, '^(#,##)?(0{1,20})((?:[.]0{1,10})?)(\\x25?)$') AS m(found),
        LATERAL (SELECT ARRAY[coalesce(found[1], ''), found[2], found[3], found[4]] AS parts) AS f,
        LATERAL (SELECT round(abs(value) * CASE WHEN f.parts[4] = '' THEN 1 ELSE 100 END,
        greatest(char_length(f.parts[3]) - 1, 0))::text AS plain) AS n) AS shown
        """,
    ),
)
