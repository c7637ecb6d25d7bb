"""The shipped contract suites over every member of the catalog: being registered is being tested."""

from collections.abc import Iterator

import pytest

from engine.testing import ActionTypeContract, FieldTypeContract, FunctionContract
from tests.conftest import empty_database


class TestFieldTypes(FieldTypeContract):
    pass


class TestFunctions(FunctionContract):
    pass


class TestActionTypes(ActionTypeContract):
    pass


@pytest.mark.pg
class TestFieldTypesOnPostgreSQL(FieldTypeContract):
    # What does not depend on the database is tested above.
    test_is_described = test_name_is_its_own = test_schema = test_unknown_option = test_control = None

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def postgresql(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        for url in empty_database("postgresql", tmp_path_factory):
            cls.database_url = url
            yield
