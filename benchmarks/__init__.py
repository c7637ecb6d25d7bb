"""Measurements, each a ratio taken in one run: ours against the same work done by hand.

A case is one file in `cases/`. `quartet bench` runs each in a process of its own, alternating the two sides,
so that a slow or busy machine slows both; absolute times of different days are not comparable.
"""
