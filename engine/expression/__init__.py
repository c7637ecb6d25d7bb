"""The one expression language: every formula, condition, default, row scope, filter and `{{ … }}`.

A text becomes an `Expression` once, when a definition is checked (parse.py):

    spelling.py   characters: full-width signs made plain, foreign signs refused
    gate.py       text → a small, bounded piece of Python syntax, or problems with columns
    names.py      what names and dotted paths mean
    check.py      types and functions → a typed tree (tree.py); literals.py and alike.py help

and the tree has several back ends that agree on every input:

    evaluate.py   a value, in Python
    sql.py        a column of a SELECT, on SQLite and PostgreSQL: sql_sources, sql_paths, sql_conditions and
                  sql_aggregates are its parts; sqlite.py and postgres.py are what it needs in the databases
    explain.py    a sentence for people

What a function or an operator means stands in one object with all its faces (function.py, operators.py and
the folder functions/). template.py puts expressions into texts.
"""
