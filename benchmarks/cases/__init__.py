"""The cases, found by a look into this folder: each module has `NAME`, `WHAT` and `prepare`."""
