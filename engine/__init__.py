"""Quartet's engines: app definitions and events in, decisions out.

Everything below this package is pure. It opens no connection, reads no clock, sends nothing and logs
nothing, so any form, rule or flow can be checked, rehearsed and tested without a server.
Start reading at `engine.app` (what an app is) and `engine.turn` (what happens when something changes).
"""
