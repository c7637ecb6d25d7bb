"""What a third-party author writes to have the types tested; run where the package is installed."""

import quartet_rating

from engine.testing import FieldTypeContract, FunctionContract


class TestRating(FieldTypeContract):
    members = (quartet_rating.Rating(),)


class TestStars(FunctionContract):
    members = (quartet_rating.STARS,)
