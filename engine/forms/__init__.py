"""The form engine: what a form is, what a field type is, and what becomes of a submission.

contract.py    what a field type must say of itself
fields/        the field types, one file each
model.py       Form and Field, frozen
compile.py     from a definition to forms, with every expression checked
submission.py  raw values → Accepted or Rejected: one function for page, API, import and rules
tables.py      a form → the columns that hold its records
"""
