#!/usr/bin/env python3
"""Start Quartet, or test it, on a machine that has only Python and pip.

    python3 run.py                  set up what is missing, then serve with the demo apps
    python3 run.py test [...]       the checks, then the tests; what follows goes to pytest
    python3 run.py check            only the checks: style, types, layers, dependencies, docstrings
    python3 run.py setup [--dev]    only set up
    python3 run.py ...              anything else is given to the `quartet` command

Everything lands in `.venv` and `.tools` beside this file; deleting them undoes it.
"""

import os
import shutil
import sys

OLDEST = (3, 11)

if sys.version_info < OLDEST:
    for minor in range(20, OLDEST[1] - 1, -1):
        newer = shutil.which("python3.%d" % minor)  # noqa: UP031 - must run on an old Python
        if newer:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606 - the same script on the newer Python
    sys.exit(
        "Quartet needs Python 3.11 or newer; this one is %s.\n"  # noqa: UP031
        "Install a newer Python (Debian 12, Ubuntu 24.04 or later: apt install python3 python3-pip; "
        "macOS: brew install python), then run this again with it: python3.12 run.py" % sys.version.split()[0]
    )

import contextlib
import hashlib
import importlib.util
import json
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
LOCKS = ROOT / "requirements"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "quartet.json"

NO_PIP = (
    "This Python has no pip, and uv is not on the PATH either; one of the two is needed.\n"
    "Debian and Ubuntu: sudo apt install python3-pip. Elsewhere: python3 -m ensurepip --user."
)
NO_PACKAGES = (
    "The packages could not be installed; what pip said is above.\n"
    "If the network is the cause: set HTTPS_PROXY, or name a mirror in PIP_INDEX_URL, and run this again. "
    "Nothing is half done: a second run goes on from here."
)
NO_BUILD = "The packages are there, but Quartet itself could not be built; what pip said is above."


def main(args: list[str]) -> int:
    """Do what the command line asks for, and return its exit code."""
    command, rest = (args[0], args[1:]) if args else ("serve", ["--demo"])
    if command == "setup":
        set_up(dev="--dev" in rest)
        return 0
    if command == "check":
        set_up(dev=True)
        return run([PYTHON, "-m", "tests.checks", *rest])
    if command == "test":
        return test(rest)
    if command in ("-h", "--help"):
        sys.stdout.write((__doc__ or "") + "\n")
    set_up(dev=False)
    return replace_process([str(BIN / "quartet"), command, *rest])


def test(pytest_args: list[str]) -> int:
    """Run the checks and, whatever they said, the tests."""
    set_up(dev=True)
    from tests.services import chromium  # not needed, and so not loaded, to serve

    browser = chromium.provide(fetch_tool)
    env = {**os.environ, "CHROMIUM": browser} if browser else None
    checks = run([PYTHON, "-m", "tests.checks"])
    parallel = (
        [] if any(arg.startswith("-n") for arg in pytest_args) else ["-n", "auto", "--dist", "loadfile"]
    )
    tests = run([PYTHON, "-m", "pytest", *parallel, *pytest_args], env)
    return checks or tests


def run(command: list[str | Path], env: dict[str, str] | None = None) -> int:
    """Run a command in the project's folder and return its exit code."""
    sys.stdout.flush()
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def replace_process(command: list[str]) -> int:
    """Go on as another program, so that signals reach it and nothing of this one stays."""
    sys.stdout.flush()
    if os.name == "nt":
        return subprocess.run(command, check=False).returncode
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    return 0


def set_up(*, dev: bool) -> None:
    """Bring `.venv` to what the lock files say; costs next to nothing when it already is."""
    if is_current(dev=dev):
        return
    with only_one_setup():
        if is_current(dev=dev):
            return
        level = "dev" if dev or "dev" in stamps() else "runtime"
        say(f"Setting up Quartet in {VENV} ...")
        make_venv()
        locks = [LOCKS / f"{level}.lock"] + ([] if level == "dev" else [LOCKS / "build.lock"])
        install(["--require-hashes"], [f"--requirement={lock}" for lock in locks])
        install(["--no-deps", "--no-build-isolation"], ["--editable", str(ROOT)], NO_BUILD)
        stamp = {"root": str(ROOT), "runtime": content_key("runtime")}
        if level == "dev":
            stamp["dev"] = content_key("dev")
        STAMP.write_text(json.dumps(stamp), encoding="utf-8")


def is_current(*, dev: bool) -> bool:
    """Tell whether `.venv` holds what the lock files say now."""
    level = "dev" if dev else "runtime"
    return PYTHON.exists() and stamps().get(level) == content_key(level) and stamps().get("root") == str(ROOT)


def stamps() -> dict[str, str]:
    """Return what the last set-up wrote down, or nothing."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def content_key(level: str) -> str:
    """Name the content of all that decides what must be installed."""
    digest = hashlib.sha256()
    for path in (ROOT / "pyproject.toml", LOCKS / f"{level}.lock", LOCKS / "build.lock"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def only_one_setup() -> Iterator[None]:
    """Let one set-up at a time touch `.venv`; a second one waits."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "setup.lock").open("w") as lock:
        if os.name != "nt":
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_venv() -> None:
    """Make `.venv` if there is none, or if it was made for another folder or a Python that is gone."""
    moved = stamps().get("root", str(ROOT)) != str(ROOT)
    if PYTHON.exists() and not moved:
        return
    venv.EnvBuilder(with_pip=False, clear=VENV.exists(), symlinks=os.name != "nt").create(VENV)


def install(options: list[str], what: list[str], otherwise: str = NO_PACKAGES) -> None:
    """Install into `.venv` with uv, or with pip where uv cannot be had or does not reach the packages."""
    uv = find_uv()
    if uv:
        fast = [uv, "pip", "install", "--quiet", "--system-certs", "--compile-bytecode", f"--python={PYTHON}"]
        if run([*fast, *options, *what]) == 0:
            return
        say("uv could not install the packages; trying pip, which knows this machine's own settings ...")
    require_pip()
    pip = [sys.executable, "-m", "pip", f"--python={PYTHON}", "install", "--quiet", "--retries=2"]
    if run([*pip, "--disable-pip-version-check", *options, *what]) != 0:
        sys.exit(otherwise)


def find_uv() -> str | None:
    """Return uv's path: the pinned one, fetched once into `.tools`, else one that is on the PATH."""
    folder = fetch_tool("tools")
    return str(folder / "bin" / ("uv.exe" if os.name == "nt" else "uv")) if folder else shutil.which("uv")


def fetch_tool(name: str) -> Path | None:
    """Return the folder in `.tools` with what the lock of that name lists, or None if it cannot be had."""
    lock, folder = LOCKS / f"{name}.lock", TOOLS / name
    kept = folder / lock.name
    if lock.exists() and kept.exists() and kept.read_bytes() == lock.read_bytes():
        return folder
    if not lock.exists() or importlib.util.find_spec("pip") is None:
        return None
    shutil.rmtree(folder, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries=2"]
    where = ["--root-user-action=ignore", "--require-hashes", f"--target={folder}", f"--requirement={lock}"]
    if run([*pip, *where]) != 0:
        return None
    shutil.copyfile(lock, kept)
    return folder


def require_pip() -> None:
    """Stop with a way out if this Python has no pip."""
    if importlib.util.find_spec("pip") is None:
        sys.exit(NO_PIP)


def say(sentence: str) -> None:
    """Tell the person at the terminal, apart from what programs print."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
