import random
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from runtime.service.people import People, PeopleError
from runtime.service.people_import import import_people
from runtime.store.database import Database, count_statements
from runtime.store.hierarchy import DEPARTMENTS, REPORTING, Hierarchy, find_circle
from runtime.store.people import find_username, load_actor, load_departments, load_person, members_of
from runtime.store.schema import apps, departments, role_members, sessions, supervision, users, within

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
COMPANY = {
    "departments": {
        "company": {"title": {"zh": "总公司", "en": "Company"}, "head": "chen"},
        "sales": {"title": "销售部", "parent": "company", "head": "wang"},
        "east": {"title": "华东区", "parent": "sales"},
    },
    "people": {
        "chen": {"name": "陈静", "department": "company"},
        "wang": {"name": "王磊", "department": "sales", "supervisor": "chen", "email": "wang@example.com"},
        "zhang": {
            "name": "张伟",
            "department": "east",
            "supervisor": "wang",
            "roles": {"travel": ["clerk", "auditor"]},
        },
        "smith": {"name": "Ann Smith", "department": "east", "supervisor": "wang"},
    },
}


@pytest.fixture
def people(opened: Database) -> People:
    with opened.writing() as connection:
        for table in (role_members, sessions, supervision, within):
            connection.execute(table.delete())
        connection.execute(departments.update().values(head_id=None, parent_id=None))
        connection.execute(users.update().values(supervisor_id=None, department_id=None))
        for table in (users, departments, apps):
            connection.execute(table.delete())
        connection.execute(insert(apps).values(key="travel", title={"en": "Travel"}, created_at=NOW))
    return People(opened, lambda: NOW)


@pytest.fixture
def company(people: People) -> People:
    import_people(people, COMPANY)
    return people


def id_of(people: People, username: str) -> int:
    with people.database.reading() as connection:
        found = find_username(connection, username)
    assert found is not None
    return found.id


def department_ids(people: People) -> dict[str, int]:
    with people.database.reading() as connection:
        return {one.key: one.id for one in load_departments(connection).values()}


def managers(people: People, username: str) -> set[str]:
    query = (
        select(users.c.username)
        .join(supervision, supervision.c.manager == users.c.id)
        .where(supervision.c.person == id_of(people, username))
    )
    with people.database.reading() as connection:
        return set(connection.execute(query).scalars())


def ancestors(people: People, key: str) -> set[str]:
    query = (
        select(departments.c.key)
        .join(within, within.c.ancestor == departments.c.id)
        .where(within.c.department == department_ids(people)[key])
    )
    with people.database.reading() as connection:
        return set(connection.execute(query).scalars())


def codes(error: PeopleError) -> dict[tuple, str]:
    return {problem.path: problem.code.name for problem in error.problems}


# --- one at a time ---


def test_a_person_is_created_with_a_folded_sign_in_name(people: People) -> None:
    created = people.create_person({"username": " Zhang.Wei ", "name": "张伟"})
    with people.database.reading() as connection:
        person = load_person(connection, created)
    assert person is not None
    assert (person.username, person.name, person.language, person.version) == ("zhang.wei", "张伟", "zh", 1)
    assert person.is_active
    assert not person.is_admin


def test_every_wrong_field_is_reported_at_once(people: People) -> None:
    with pytest.raises(PeopleError) as refused:
        people.create_person(
            {
                "username": "no spaces",
                "name": " ",
                "email": "a@b\r\nBcc: c@d",
                "department_id": 9,
                "supervisor_id": 9,
                "theme": "pink",
            }
        )
    assert codes(refused.value) == {
        ("username",): "username-not-allowed",
        ("name",): "name-needed",
        ("email",): "mail-address-wrong",
        ("department_id",): "unknown-reference",
        ("supervisor_id",): "unknown-reference",
        ("theme",): "not-a-choice",
    }


def test_a_sign_in_name_is_given_once_whatever_its_case(company: People) -> None:
    with pytest.raises(PeopleError) as refused:
        company.create_person({"username": "WANG", "name": "Other"})
    assert codes(refused.value) == {("username",): "already-taken"}
    company.change_person(id_of(company, "wang"), {"username": "Wang"})


def test_the_hash_of_a_password_cannot_be_written_as_a_field(company: People) -> None:
    with pytest.raises(TypeError, match="password_hash"):
        company.change_person(id_of(company, "wang"), {"password_hash": "x"})


def test_a_change_over_an_unseen_change_is_refused(company: People) -> None:
    wang = id_of(company, "wang")
    with company.database.reading() as connection:
        version = load_person(connection, wang).version
    company.change_person(wang, {"name": "王小磊"}, version=version)
    with pytest.raises(PeopleError) as refused:
        company.change_person(wang, {"name": "王大磊"}, version=version)
    assert [one.code.name for one in refused.value.problems] == ["changed-meanwhile"]


def test_a_new_supervisor_moves_the_whole_line(company: People) -> None:
    boss = company.create_person({"username": "li", "name": "李娜"})
    assert managers(company, "zhang") == {"wang", "chen"}
    company.change_person(id_of(company, "wang"), {"supervisor_id": boss})
    assert managers(company, "zhang") == {"wang", "li"}
    company.change_person(id_of(company, "wang"), {"supervisor_id": None})
    assert managers(company, "zhang") == {"wang"}


def test_nobody_reports_to_themselves_however_far_round(company: People) -> None:
    chen, zhang = id_of(company, "chen"), id_of(company, "zhang")
    for person, above in ((chen, zhang), (chen, chen)):
        with pytest.raises(PeopleError) as refused:
            company.change_person(person, {"supervisor_id": above})
        assert codes(refused.value) == {("supervisor_id",): "organisation-circle"}
    assert managers(company, "chen") == set()


def test_a_department_moves_with_what_lies_within(company: People) -> None:
    ids = department_ids(company)
    assert ancestors(company, "east") == {"east", "sales", "company"}
    market = company.create_department({"key": "market", "name": "市场部"})
    company.change_department(ids["sales"], {"parent_id": market})
    assert ancestors(company, "east") == {"east", "sales", "market"}
    with pytest.raises(PeopleError) as refused:
        company.change_department(market, {"parent_id": ids["east"]})
    assert codes(refused.value) == {("parent_id",): "organisation-circle"}


def test_a_department_knows_its_head(company: People) -> None:
    ids = department_ids(company)
    assert company.head_of(ids["sales"]) == id_of(company, "wang")
    assert company.head_of(ids["east"]) is None


@pytest.mark.parametrize("tree", [REPORTING, DEPARTMENTS], ids=["reporting", "departments"])
def test_moves_leave_the_closure_that_a_rebuild_gives(people: People, tree: Hierarchy) -> None:
    draw = random.Random(7)
    if tree is REPORTING:
        nodes = [people.create_person({"username": f"p{n}", "name": f"P{n}"}) for n in range(12)]
    else:
        nodes = [people.create_department({"key": f"d{n}", "name": f"D{n}"}) for n in range(12)]
    refused = 0
    for _ in range(60):
        node, parent = draw.choice(nodes), draw.choice([*nodes, None])
        try:
            if tree is REPORTING:
                people.change_person(node, {"supervisor_id": parent})
            else:
                people.change_department(node, {"parent_id": parent})
        except PeopleError:
            refused += 1
    with people.database.writing() as connection:
        pairs = select(tree.lower, tree.upper)
        moved = set(connection.execute(pairs).all())
        tree.rebuild(connection)
        assert set(connection.execute(pairs).all()) == moved
        parents = dict(connection.execute(select(tree.nodes.c.id, tree.parent)).all())
    assert refused
    assert find_circle(parents) == ()


def test_two_moves_at_once_close_no_circle(people: People) -> None:
    first = people.create_person({"username": "a", "name": "A"})
    second = people.create_person({"username": "b", "name": "B"})
    barrier = threading.Barrier(2)
    refused: list[PeopleError] = []

    def move(person: int, above: int) -> None:
        barrier.wait()
        try:
            people.change_person(person, {"supervisor_id": above})
        except PeopleError as error:
            refused.append(error)

    threads = [threading.Thread(target=move, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1


# --- actors and roles ---


def test_an_actor_is_loaded_with_roles_in_at_most_two_statements(company: People) -> None:
    zhang = id_of(company, "zhang")
    with count_statements(company.database) as count:
        actor = company.actor(zhang)
    assert len(count) <= 2
    assert actor is not None
    assert (actor.name, actor.username, actor.is_admin) == ("张伟", "zhang", False)
    assert actor.department_id == department_ids(company)["east"]
    assert actor.roles_in("travel") == {"clerk", "auditor"}
    assert actor.roles_in("other") == frozenset()


def test_an_administrator_administers_every_app(company: People) -> None:
    chen = id_of(company, "chen")
    company.change_person(chen, {"is_admin": True})
    assert company.actor(chen).roles_in("travel") == {"app_admin"}


def test_roles_are_set_as_a_whole(company: People) -> None:
    zhang, smith = id_of(company, "zhang"), id_of(company, "smith")
    with company.database.reading() as connection:
        app = connection.execute(select(apps.c.id)).scalar_one()
    company.set_roles(app, zhang, ["clerk"])
    company.set_roles(app, smith, ["clerk"])
    company.set_active(smith, active=False)
    assert company.actor(zhang).roles_in("travel") == {"clerk"}
    with company.database.reading() as connection:
        assert members_of(connection, app, "clerk") == [zhang]


def test_a_deactivated_person_is_no_actor_until_let_in_again(company: People) -> None:
    wang = id_of(company, "wang")
    company.set_active(wang, active=False)
    with company.database.reading() as connection:
        assert load_actor(connection, wang) is None
    company.set_active(wang, active=True)
    assert company.actor(wang) is not None


# --- finding ---


@pytest.mark.parametrize("words", ["张伟", "伟", "zhangwei", "ZW", "zhang", "zhang wei", "zw zhangw"])
def test_people_are_found_by_name_and_pinyin(company: People, words: str) -> None:
    assert [one.username for one in company.find_people(words)] == ["zhang"]


def test_what_begins_with_the_words_comes_first(company: People) -> None:
    company.create_person({"username": "a.masons", "name": "A Masons"})
    assert [one.username for one in company.find_people("s")][:1] == ["smith"]
    assert {one.username for one in company.find_people("s")} == {"smith", "a.masons"}


def test_percent_and_underscore_are_only_characters(company: People) -> None:
    assert company.find_people("%") == []
    assert company.find_people("_") == []


def test_inactive_people_are_not_offered(company: People) -> None:
    company.set_active(id_of(company, "zhang"), active=False)
    assert company.find_people("zw") == []


def test_departments_are_found_by_pinyin(company: People) -> None:
    assert [one.key for one in company.find_departments("xsb")] == ["sales"]


def test_a_new_name_is_found_and_the_old_one_no_longer(company: People) -> None:
    company.change_person(id_of(company, "zhang"), {"name": "赵宁"})
    assert [one.username for one in company.find_people("zn")] == ["zhang"]
    assert company.find_people("zw") == []


# --- import ---


def test_an_import_twice_changes_nothing_more(company: People) -> None:
    before = {name: id_of(company, name) for name in COMPANY["people"]}
    import_people(company, COMPANY)
    assert {name: id_of(company, name) for name in COMPANY["people"]} == before
    assert managers(company, "zhang") == {"wang", "chen"}
    assert ancestors(company, "east") == {"east", "sales", "company"}


def test_an_import_leaves_what_it_does_not_mention(company: People) -> None:
    import_people(company, {"people": {"wang": {"name": "王大磊"}}})
    with company.database.reading() as connection:
        wang = find_username(connection, "wang")
    assert (wang.name, wang.email) == ("王大磊", "wang@example.com")
    assert managers(company, "wang") == {"chen"}
    import_people(company, {"people": {"wang": {"supervisor": None}}})
    assert managers(company, "zhang") == {"wang"}


def test_an_import_with_problems_reports_all_and_changes_nothing(company: People) -> None:
    spec = {
        "departments": {"north": {"title": "华北区", "parent": "salse"}},
        "people": {"liu": {"name": "刘洋", "supervisor": "wangg", "roles": {"travle": ["clerk"]}}},
    }
    with pytest.raises(PeopleError) as refused:
        import_people(company, spec)
    assert set(codes(refused.value)) == {
        ("departments", "north", "parent"),
        ("people", "liu", "supervisor"),
        ("people", "liu", "roles", "travle"),
    }
    assert "Did you mean 'sales'?" in str(refused.value)
    assert "north" not in department_ids(company)


def test_an_import_cannot_close_a_circle_with_what_is_there(company: People) -> None:
    with pytest.raises(PeopleError) as refused:
        import_people(company, {"people": {"chen": {"supervisor": "zhang"}}})
    assert {one.code.name for one in refused.value.problems} == {"organisation-circle"}
    assert managers(company, "zhang") == {"wang", "chen"}


def test_the_statements_of_an_import_do_not_grow_with_it(people: People) -> None:
    def spec(size: int, prefix: str) -> dict:
        found = {f"{prefix}{n}": {"name": f"{prefix} {n}", "department": "hall"} for n in range(size)}
        return {"departments": {"hall": {"title": "Hall"}}, "people": found}

    import_people(people, spec(1, "warm"))
    with count_statements(people.database) as small:
        import_people(people, spec(3, "small"))
    with count_statements(people.database) as large:
        import_people(people, spec(300, "large"))
    assert len(large) == len(small)
