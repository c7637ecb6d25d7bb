"""The one expression language: every formula, condition, default, row scope, filter and `{{ … }}`.

A text becomes an `Expression` once, when a definition is checked:

    gate.py    text → a small, bounded piece of Python syntax, or problems with columns
    check.py   names, types and functions resolved → a typed tree (tree.py)

and the tree has several back ends that agree on every input:

    evaluate.py   a value, in Python
    sql.py        a column of a SELECT, on SQLite and PostgreSQL
    explain.py    a sentence for people

What a function or an operator means stands in one object with all its faces (function.py,
operators.py and the folder functions/).
"""
