"""Write the lock files again from the lists in pyproject.toml: `python3 requirements/lock.py [--upgrade]`.

Each lock names exact versions with hashes and no address, for every platform and Python from 3.11 on:

    runtime.lock   what `quartet` needs
    dev.lock       that, and what the tests, the checks and the build need
    build.lock     what builds the project itself
    tools.lock     uv, fetched before there is an environment
    browser.lock   Node, fetched only where no browser is found to test with
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PROJECT = FOLDER.parent / "pyproject.toml"
sys.path.insert(0, str(FOLDER.parent))

from run import find_uv  # noqa: E402 - the one place that knows where uv comes from

# dev comes first and holds the others to its versions, so that no two locks differ.
SOURCES: dict[str, list[str]] = {
    "dev": [str(PROJECT), f"--group={PROJECT}:dev", f"--group={PROJECT}:build"],
    "runtime": [str(PROJECT), f"--constraint={FOLDER / 'dev.lock'}"],
    "build": [f"--group={PROJECT}:build", f"--constraint={FOLDER / 'dev.lock'}"],
    "tools": [f"--group={PROJECT}:tools"],
    "browser": [f"--group={PROJECT}:browser"],
}


def main(options: list[str]) -> int:
    """Compile every lock; options such as --upgrade go to uv."""
    uv = find_uv()
    if uv is None:
        sys.exit("uv could not be had; it is needed to resolve for all platforms at once.")
    settings = ["--universal", "--python-version=3.11", "--generate-hashes", "--no-annotate", "--no-header"]
    plain = ["--no-emit-index-url", "--no-emit-find-links", "--system-certs", "--quiet"]
    for name, source in SOURCES.items():
        target = FOLDER / f"{name}.lock"
        command = [uv, "pip", "compile", *settings, *plain, *options, *source, f"--output-file={target}"]
        if subprocess.run(command, check=False).returncode != 0:
            return 1
        text = target.read_text(encoding="utf-8")
        if "://" in text:
            sys.exit(f"{target} names an address; a lock must hold only versions and hashes.")
        print(f"{target.name}: {text.count('==')} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
