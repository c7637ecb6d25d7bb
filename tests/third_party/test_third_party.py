"""Types from elsewhere: a real package, and single files in a plugins folder, without an edit anywhere."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PLUGINS = HERE / "plugins"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel of the package, install it into a folder, and give the folder."""
    source = tmp_path_factory.mktemp("source") / "package"
    shutil.copytree(HERE / "package", source)
    return install(source, tmp_path_factory.mktemp("site"))


def install(source: Path, target: Path) -> Path:
    """Build a wheel offline with hatchling, as pip would, and unpack it, which is what installing is."""
    script = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    done = run("-c", script, str(target), cwd=source)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(target / done.stdout.split()[-1]) as wheel:
        wheel.extractall(target)
    return target


def run(*arguments: str, cwd: Path = ROOT, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python in a process that finds the engine, and what is installed in a folder."""
    places = [str(ROOT), *([str(path)] if path else [])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, text=True, capture_output=True, check=False
    )


def probe(*arguments: str, path: Path | None = None) -> dict[str, object]:
    done = run(str(HERE / "probe.py"), *arguments, path=path)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_package_brings_a_field_type_and_a_function(installed: Path):
    found = probe(path=installed)
    assert found["origin"] == "quartet-rating"
    assert "score" in found["fields"]
    assert "STARS" in found["functions"]


def test_a_package_is_in_the_schema(installed: Path):
    schema = probe(path=installed)["schema"]
    limits = schema["properties"]["max"]
    assert (limits["type"], limits["minimum"], limits["maximum"]) == ("integer", 1, 10)
    assert "How many stars at most" in limits["description"]


def test_a_definition_uses_what_a_package_brings(installed: Path):
    found = probe(path=installed)
    assert found["problems"] == []
    assert found["types"] == {"stars": "number", "shown": "text"}


def test_the_shipped_suite_passes_over_a_package(installed: Path):
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--rootdir", str(HERE), "-c", os.devnull)
    done = run("-m", "pytest", *options, str(HERE / "suite.py"), path=installed)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "failed" not in done.stdout


def test_the_shipped_suite_finds_a_fault(tmp_path: Path):
    folder = tmp_path / "package"
    shutil.copytree(HERE / "package", folder)
    module = folder / "quartet_rating.py"
    whole = module.read_text(encoding="utf-8")
    module.write_text(
        whole.replace("yield NOT_STARS.here(found=value, most", "yield NOT_STARS.here(most"), encoding="utf-8"
    )
    site = tmp_path / "site"
    site.mkdir()
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--rootdir", str(HERE), "-c", os.devnull)
    done = run("-m", "pytest", *options, str(HERE / "suite.py"), path=install(folder, site))
    assert "not-stars is not told ['found']" in done.stdout


def test_without_the_package_nothing_of_it_is_there():
    found = probe(str(PLUGINS))
    assert "score" not in found["fields"]


def test_a_single_file_in_the_plugins_folder_is_enough():
    found = probe(str(PLUGINS))
    assert found["origin"] == str(PLUGINS / "mood.py")
    assert found["problems"] == []
    assert found["types"] == {"stars": "choice", "shown": "boolean"}


def test_what_comes_after_the_start_is_refused(installed: Path):
    late = probe(path=installed)["late"]
    assert late == (
        "The field type 'late' comes too late: the catalog is built once, at start. "
        "Put it in a package with an entry point, or in the plugins folder."
    )


def test_a_package_with_a_name_that_exists_is_refused(tmp_path: Path):
    refused = probe(path=install(changed(tmp_path, 'name = "score"', 'name = "money"'), tmp_path / "site"))[
        "refused"
    ]
    assert "The field type 'money' of quartet_rating (quartet-rating) exists already in" in refused
    assert refused.endswith("Rename one of the two.")


def test_a_package_that_cannot_be_imported_is_refused(tmp_path: Path):
    broken = changed(tmp_path, "from decimal import Decimal", "from decimal import Dezimal")
    refused = probe(path=install(broken, tmp_path / "site"))["refused"]
    assert "The package 'quartet-rating' announces field types in 'quartet_rating'" in refused
    assert "cannot import name 'Dezimal'" in refused
    assert refused.endswith("Repair the package or uninstall it.")


def changed(folder: Path, before: str, after: str) -> Path:
    """Copy the package, with one line of its module changed."""
    source = folder / "package"
    shutil.copytree(HERE / "package", source)
    (folder / "site").mkdir()
    module = source / "quartet_rating.py"
    text = module.read_text(encoding="utf-8")
    assert before in text
    module.write_text(text.replace(before, after, 1), encoding="utf-8")
    return source


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ((PLUGINS / "mood.py").read_text(encoding="utf-8").replace('"mood"', '"text"'), "exists already"),
        ("import does_not_exist", "cannot be run: No module named 'does_not_exist'"),
        ("raise RuntimeError('no power')", "cannot be run: no power"),
        ("def broken(:", "cannot be run"),
    ],
)
def test_a_plugin_that_does_not_fit_is_refused(text: str, words: str, tmp_path: Path):
    (tmp_path / "odd.py").write_text(text, encoding="utf-8")
    refused = probe(str(tmp_path))["refused"]
    assert words in refused
    assert refused.endswith((".", "file."))


def test_a_plugins_folder_that_is_not_there_is_refused(tmp_path: Path):
    assert "does not exist. Create it" in probe(str(tmp_path / "none"))["refused"]
