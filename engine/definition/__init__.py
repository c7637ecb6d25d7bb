"""App definitions as text: read with a place for everything, changed byte by byte, upgraded by version.

`document` reads YAML or JSON, `edit` changes it and keeps every comment, `versions` brings it up to date.
"""
