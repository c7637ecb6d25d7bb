"""The filters that people choose: an operator and values, turned into an expression like any other.

`f=budget:gt:50000` in an address, a row of the filter builder and a saved view all become an `Expression`,
so a filter means in the database exactly what the same words mean in a rule.
"""

from engine.filters.building import (
    UNKNOWN_OPERATOR,
    WRONG_COUNT,
    both,
    build_filter,
    either,
    join_values,
    split_values,
)
from engine.filters.contract import FilterOperator
from engine.filters.days import NOT_A_PERIOD, PERIODS, find_period, find_point
from engine.filters.operators import BY_NAME, OPERATORS, operators_for

__all__ = [
    "BY_NAME",
    "NOT_A_PERIOD",
    "OPERATORS",
    "PERIODS",
    "UNKNOWN_OPERATOR",
    "WRONG_COUNT",
    "FilterOperator",
    "both",
    "build_filter",
    "either",
    "find_period",
    "find_point",
    "join_values",
    "operators_for",
    "split_values",
]
