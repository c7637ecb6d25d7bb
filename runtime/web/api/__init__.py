"""The API, found by a scan of this folder: each module has a `blueprint` below /api."""
