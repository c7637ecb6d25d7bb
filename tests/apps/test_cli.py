"""The command line: what it prints, how it exits, and that it starts fast."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from runtime.cli import command_files, main
from runtime.cli.templates import TEMPLATES
from tests.apps.definitions import APPS, ROOT

FAULTY = "app: orders\nforms:\n  orders:\n    fields:\n      name: {type: text, requird: true}  # ours\n"
NAMES = [path.stem.replace("_", "-") for path in command_files()]
OFFERED = ("check", "doctor", "new-type", "reference", "schema")


def run(*args: str | Path, language: str = "en", given: bytes | None = None) -> Result:
    environment = {"QUARTET_LANGUAGE": language, "QUARTET_PLUGINS": None}
    return CliRunner(env=environment).invoke(main, [str(arg) for arg in args], input=given)


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    path = tmp_path / "orders.yaml"
    path.write_text(FAULTY, encoding="utf-8")
    return path


def test_the_apps_have_no_problems():
    result = run("check", *APPS)
    assert result.exit_code == 0, result.output
    assert "no problems" in result.output


def test_a_problem_is_shown_with_its_line_a_caret_and_the_way_out(definition: Path):
    result = run("check", definition, "--lang", "zh")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0].startswith(f"{definition}:5:26: unknown-key 这里没有「requird」")
    assert lines[1].strip() == "name: {type: text, requird: true}  # ours"
    assert lines[2].index("^") == lines[1].index("requird")
    assert lines[2].count("^") == len("requird")
    assert lines[3].strip().startswith("删掉它")
    assert "错误" in lines[-1]


def test_the_language_is_that_of_the_person(definition: Path):
    assert "Did you mean 'required'?" in run("check", definition).output
    assert "Did you mean 'required'?" in run("check", definition, "--lang", "en", language="zh").output


def test_machines_get_json(definition: Path):
    result = run("check", "--json", definition)
    assert result.exit_code == 1
    found = json.loads(result.output)
    assert found["ok"] is False
    (problem,) = found["files"][0]["problems"]
    assert (problem["code"], problem["line"], problem["column"]) == ("unknown-key", 5, 26)
    assert problem["sentence"].keys() == {"zh", "en"}


def test_a_folder_is_every_definition_in_it(definition: Path):
    (definition.parent / "notes.txt").write_text("not a definition")
    result = run("check", definition.parent)
    assert "Definitions checked: 1; errors: 1" in result.output
    assert run("check", definition.parent / "nothing.yaml").exit_code == 1
    (definition.parent / "empty").mkdir()
    assert run("check", definition.parent / "empty").exit_code == 1


def test_the_standard_input_is_checked_too():
    result = run("check", "-", given=FAULTY.encode())
    assert result.output.startswith("<stdin>:5:26: unknown-key")


def test_a_text_that_cannot_be_read_is_shown_as_well(tmp_path: Path):
    path = tmp_path / "broken.yaml"
    path.write_bytes("app: orders\ntitle: 订单\n".encode("gbk"))
    result = run("check", path)
    assert result.exit_code == 1
    assert "not-utf8" in result.output


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_fix_corrects_keys_and_leaves_every_other_byte(tmp_path: Path, ending: str, mark: bytes):
    path = tmp_path / "orders.yaml"
    text = FAULTY + "    colums: [name]\n  # the end\n" + "titel: '订单'\n"
    path.write_bytes(mark + text.replace("\n", ending).encode())
    result = run("check", "--fix", path)
    assert result.exit_code == 0, result.output
    right = text.replace("requird", "required").replace("colums", "columns").replace("titel", "title")
    assert path.read_bytes() == mark + right.replace("\n", ending).encode()
    assert result.output.count("Fixed:") == 3


def test_fix_leaves_alone_what_is_not_certain(tmp_path: Path):
    path = tmp_path / "orders.yaml"
    text = FAULTY.replace("requird: true", "type_of: 1, titel: 名称, title: 名字")
    path.write_text(text, encoding="utf-8")
    assert run("check", "--fix", path).exit_code == 1
    assert path.read_text(encoding="utf-8") == text


def test_fix_reaches_forms_fields_and_roles(tmp_path: Path):
    path = tmp_path / "orders.yaml"
    body = FAULTY.replace(", requird: true", "")
    path.write_text(
        body + "roles: {clerk: 文员}\naccess:\n  oders:\n    clrek: {can: read}\n", encoding="utf-8"
    )
    result = run("check", "--fix", path)
    assert result.exit_code == 0, result.output
    assert "  orders:\n    clerk: {can: read}" in path.read_text(encoding="utf-8")


def test_the_schema_can_be_written_to_a_file(tmp_path: Path):
    path = tmp_path / "schema.json"
    assert run("schema", "-o", path).exit_code == 0
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(run("schema").output)


def test_the_reference_can_be_written_anywhere(tmp_path: Path):
    assert run("reference", "-o", tmp_path / "pages").exit_code == 0
    assert (tmp_path / "pages" / "fields.md").exists()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_overview_names_every_command(language: str):
    result = run("--help", language=language)
    assert result.exit_code == 0
    for name in NAMES:
        assert f"\n  {name} " in result.output
    assert set(OFFERED) <= set(NAMES)


@pytest.mark.parametrize("name", OFFERED)
def test_every_command_explains_itself(name: str):
    for language in ("zh", "en"):
        result = run(name, "--help", language=language)
        assert result.exit_code == 0
        assert len(result.output.splitlines()) > 4


def test_a_misspelt_command_is_told():
    result = run("chekc")
    assert result.exit_code == 2
    assert "Did you mean check?" in result.output


def test_the_overview_is_fast():
    """Beyond the interpreter itself, `quartet --help` takes less than 150 ms of work."""
    script = "from runtime.cli import main; main(['--help'])"
    spent = min(seconds([sys.executable, "-c", script]) for _ in range(3))
    assert spent - min(seconds([sys.executable, "-c", "pass"]) for _ in range(3)) < 0.15


def seconds(command: Sequence[str]) -> float:
    """Return the processor time of a command, which other work on the machine hardly changes."""
    before = os.times()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def test_the_overview_loads_no_command():
    script = "import sys; from runtime.cli import main; main(['--help'], standalone_mode=False)"
    script += "; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    heavy = ("runtime.cli.commands.", "engine.catalog", "sqlalchemy", "flask", "yaml")
    assert not [name for name in done.stdout.split() if name.startswith(heavy)]


def test_the_doctor_lists_where_types_come_from(tmp_path: Path):
    assert "All is well" in run("doctor").output
    plugins = tmp_path / "plugins"
    assert run("new-type", "field", "grade", "--folder", plugins).exit_code == 0
    (plugins / "poor.py").write_text(POOR, encoding="utf-8")
    result = CliRunner(env={"QUARTET_PLUGINS": str(plugins), "QUARTET_LANGUAGE": "en"}).invoke(
        main, ["doctor"]
    )
    assert result.exit_code == 1
    assert f"{plugins / 'grade.py'}: grade" in result.output
    assert "! function POOR has no examples" in result.output
    (plugins / "broken.py").write_text("1 / 0", encoding="utf-8")
    result = CliRunner(env={"QUARTET_PLUGINS": str(plugins), "QUARTET_LANGUAGE": "en"}).invoke(
        main, ["doctor"]
    )
    assert "division by zero" in result.output
    missing = CliRunner(env={"QUARTET_PLUGINS": str(tmp_path / "no"), "QUARTET_LANGUAGE": "en"}).invoke(
        main, ["check", str(APPS[0])]
    )
    assert missing.exit_code == 1
    assert "does not exist" in missing.output


POOR = """
from engine.expression.function import Function
from engine.texts import Text
from engine.values import NUMBER

POOR = Function(name="POOR", doc=Text("差", "Poor"), parameters=(), result=NUMBER, python=lambda: None)
"""


@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_new_type_passes_the_shipped_suite(kind: str, tmp_path: Path):
    result = run("new-type", kind, "loan-rate", "--folder", tmp_path)
    assert result.exit_code == 0, result.output
    again = run("new-type", kind, "loan-rate", "--folder", tmp_path)
    assert again.exit_code == 1
    printed = result.output.split(".py:\n", 1)[1].split("and run")[0]
    test = tmp_path / "tests" / "test_loan_rate.py"
    test.parent.mkdir()
    test.write_text("".join(f"{line[4:]}\n" for line in printed.splitlines()), encoding="utf-8")
    arguments = [
        "-q",
        "-W",
        "ignore",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "-o",
        f"pythonpath={tmp_path} {ROOT}",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, "-c", os.devnull, f"--rootdir={tmp_path}", str(test)],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


@pytest.mark.parametrize("kind", TEMPLATES)
def test_what_new_type_writes_is_well_formed(kind: str, tmp_path: Path):
    run("new-type", kind, "loan_rate", "--folder", tmp_path)
    settings = ROOT / "pyproject.toml"
    for check in (
        ["ruff", "check", f"--config={settings}"],
        ["ruff", "format", "--check", f"--config={settings}"],
        ["mypy", "--strict", f"--config-file={settings}"],
    ):
        command = [sys.executable, "-m", *check, str(tmp_path / "loan_rate.py")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("kind", "name"), [("field", "text"), ("function", "round"), ("field", "a b"), ("action", "9")]
)
def test_a_name_that_is_taken_or_none_is_refused(kind: str, name: str, tmp_path: Path):
    result = run("new-type", kind, name, "--folder", tmp_path)
    assert result.exit_code == 1
    assert not list(tmp_path.iterdir())


def test_nothing_takes_long_to_check():
    start = time.process_time()
    run("check", *APPS)
    assert time.process_time() - start < 5
