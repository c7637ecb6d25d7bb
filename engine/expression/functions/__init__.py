"""The functions of the language: each module holds `Function` objects, found by a scan of this folder."""
