"""Texts inside PostgreSQL: lengths and places count characters, results are at most 10,000 characters long."""

from __future__ import annotations

from engine.expression.characters import BLANKS, CAPITALS, CONTROLS, SMALL
from engine.values import TEXT_LIMIT

_HEAD = "LANGUAGE sql IMMUTABLE PARALLEL SAFE AS"


def _quoted(characters: str) -> str:
    """Write characters as an SQL string of escapes, so that invisible ones survive any editor."""
    return "U&'" + "".join(f"\\{ord(char):04x}" for char in characters) + "'"


TEXTS: tuple[str, ...] = (
    f"""CREATE OR REPLACE FUNCTION q_text(value text) RETURNS text {_HEAD}
    $$ SELECT CASE WHEN char_length(value) BETWEEN 1 AND {TEXT_LIMIT} THEN value END $$""",
    f"""CREATE OR REPLACE FUNCTION q_lower(value text) RETURNS text {_HEAD}
    $$ SELECT translate(value, {_quoted(CAPITALS)}, {_quoted(SMALL)}) $$""",
    f"""CREATE OR REPLACE FUNCTION q_upper(value text) RETURNS text {_HEAD}
    $$ SELECT translate(value, {_quoted(SMALL)}, {_quoted(CAPITALS)}) $$""",
    f"""CREATE OR REPLACE FUNCTION q_trim(value text) RETURNS text {_HEAD}
    $$ SELECT q_text(btrim(value, {_quoted(BLANKS)})) $$""",
    f"""CREATE OR REPLACE FUNCTION q_clean(value text) RETURNS text {_HEAD}
    $$ SELECT q_text(translate(value, {_quoted(CONTROLS)}, '')) $$""",
    f"""CREATE OR REPLACE FUNCTION q_left(value text, count numeric) RETURNS text {_HEAD}
    $$ SELECT q_text(left(value, greatest(q_whole(count), 0))) $$""",
    f"""CREATE OR REPLACE FUNCTION q_right(value text, count numeric) RETURNS text {_HEAD}
    $$ SELECT q_text(right(value, greatest(q_whole(count), 0))) $$""",
    f"""CREATE OR REPLACE FUNCTION q_mid(value text, start numeric, count numeric) RETURNS text {_HEAD}
    $$ SELECT CASE WHEN q_whole(start) >= 1
       THEN q_text(substr(value, q_whole(start), greatest(q_whole(count), 0))) END $$""",
    f"""CREATE OR REPLACE FUNCTION q_put(value text, start numeric, count numeric, part text) RETURNS text {_HEAD}
    $$ SELECT CASE WHEN q_whole(start) >= 1 AND count IS NOT NULL THEN q_text(left(value, q_whole(start) - 1) || coalesce(part, '')
       || substr(value, q_whole(start) + greatest(q_whole(count), 0))) END $$""",
    f"""CREATE OR REPLACE FUNCTION q_count(value text, part text) RETURNS numeric {_HEAD}
    $$ SELECT CASE WHEN part = '' THEN 0 ELSE
       div(char_length(value) - char_length(replace(value, part, '')), char_length(part)) END $$""",
    f"""CREATE OR REPLACE FUNCTION q_substitute(value text, old text, new text) RETURNS text {_HEAD}
    $$ SELECT CASE WHEN old IS NULL THEN value
       WHEN char_length(value) + q_count(value, old) * (char_length(coalesce(new, '')) - char_length(old)) <= {TEXT_LIMIT}
       THEN q_text(replace(value, old, coalesce(new, ''))) END $$""",
    f"""CREATE OR REPLACE FUNCTION q_find(part text, value text, start numeric) RETURNS numeric {_HEAD}
    $$ SELECT CASE WHEN q_whole(start) >= 1 AND strpos(substr(value, q_whole(start)), part) > 0
       THEN strpos(substr(value, q_whole(start)), part) + q_whole(start) - 1 END::numeric $$""",
    f"""CREATE OR REPLACE FUNCTION q_part(value text, separator text, place numeric) RETURNS text {_HEAD}
    $$ SELECT CASE WHEN q_whole(place) >= 1 THEN q_text(split_part(value, separator, q_whole(place))) END $$""",
    f"""CREATE OR REPLACE FUNCTION q_repeat(value text, count numeric) RETURNS text {_HEAD}
    $$ SELECT CASE WHEN q_whole(count) >= 1 AND char_length(value)::bigint * q_whole(count) <= {TEXT_LIMIT}
       THEN repeat(value, q_whole(count)) END $$""",
    f"""CREATE OR REPLACE FUNCTION q_digits(value numeric) RETURNS text {_HEAD}
    $$ SELECT trim_scale(value)::text $$""",
    f"""CREATE OR REPLACE FUNCTION q_value(value text) RETURNS numeric {_HEAD}
    $$ SELECT q_fit(replace(found.parts[1], ',', '')::numeric * CASE WHEN found.parts[2] = '' THEN 1 ELSE 0.01 END)
       FROM regexp_match(btrim(value, {_quoted(BLANKS)}),
         '^([+-]?(?:[0-9]{{1,30}}|[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,9}})(?:[.][0-9]{{0,30}})?)(\\x25?)$') AS found(parts) $$""",
    f"""CREATE OR REPLACE FUNCTION q_number_text(value numeric, format text) RETURNS text {_HEAD}
    $$ SELECT CASE WHEN shown.digits IS NULL THEN NULL
         ELSE q_text(CASE WHEN shown.value < 0 AND shown.digits ~ '[1-9]' THEN '-' ELSE '' END
         || CASE WHEN shown.grouped THEN reverse(regexp_replace(reverse(split_part(shown.digits, '.', 1)),
                   '([0-9]{{3}})(?=[0-9])', '\\1,', 'g')) ELSE split_part(shown.digits, '.', 1) END
         || CASE WHEN strpos(shown.digits, '.') > 0 THEN '.' || split_part(shown.digits, '.', 2) ELSE '' END || shown.unit) END
       FROM (SELECT value AS value, f.parts[1] <> '' AS grouped, f.parts[4] AS unit,
               lpad(split_part(n.plain, '.', 1),
                    greatest(char_length(split_part(n.plain, '.', 1)), char_length(f.parts[2])), '0')
               || CASE WHEN f.parts[3] = '' THEN '' ELSE '.' || split_part(n.plain, '.', 2) END AS digits
             FROM regexp_match(format, '^(#,##)?(0{{1,20}})((?:[.]0{{1,10}})?)(\\x25?)$') AS m(found),
               LATERAL (SELECT ARRAY[coalesce(found[1], ''), found[2], found[3], found[4]] AS parts) AS f,
               LATERAL (SELECT round(abs(value) * CASE WHEN f.parts[4] = '' THEN 1 ELSE 100 END,
                                     greatest(char_length(f.parts[3]) - 1, 0))::text AS plain) AS n) AS shown $$""",
)
