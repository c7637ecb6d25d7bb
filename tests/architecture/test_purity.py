"""The engine can be imported where nothing that reaches the world can, so it decides and never acts."""

import subprocess
import sys

from tests.architecture.sources import ROOT, modules

BLOCKED = ("flask", "werkzeug", "psycopg", "redis", "rq", "smtplib", "requests", "granian")

# Run in a process of its own: the modules above are already loaded in this one.
SCRIPT = f"""
import importlib, socket, sys

for name in {BLOCKED!r}:
    sys.modules[name] = None

def refuse(*args, **kwargs):
    raise AssertionError("the engine opened a connection while it was imported")

socket.socket.connect = refuse
socket.create_connection = refuse
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def test_the_engine_is_imported_without_what_reaches_the_world():
    # engine.testing is for authors of types and imports pytest, which brings much along.
    names = [module.name for module in modules("engine") if module.name != "engine.testing"]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, *names],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_engine_brings_no_web_or_database_driver_along():
    names = [module.name for module in modules("engine") if module.name != "engine.testing"]
    script = (
        "import sys, importlib\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *names], cwd=ROOT, text=True, capture_output=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {*BLOCKED, "runtime"}
