"""Runs a script of web/package.json with the packages that its lock names.

    web.py --stage FOLDER SCRIPT [ARGUMENT...]

The packages are installed once for each lock, below ${XDG_CACHE_HOME:-~/.cache}/crema, and shared by
all build folders; several of these may start at the same moment. The sources are copied to the stage,
a folder of the build, so that nothing is ever written beside them.
"""
import argparse
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

WEB = pathlib.Path(__file__).resolve().parent.parent / "web"
MADE = {"node_modules", "dist", "test-results"}
OLDEST_NODE = 18


def fail(text: str) -> None:
    sys.exit(f"web: {text}")


def check_node() -> None:
    if not shutil.which("node") or not shutil.which("npm"):
        fail(f"Node.js {OLDEST_NODE} or newer and npm build the report's page: run `./dev setup`")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.strip().lstrip("v").split(".")[0]) < OLDEST_NODE:
        fail(f"Node.js {version.strip()} is too old: {OLDEST_NODE} or newer is needed")


def packages() -> pathlib.Path:
    """The node_modules of the lock, installed now where nobody has yet."""
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json"):
        digest.update((WEB / name).read_bytes())
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "crema"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"web-{digest.hexdigest()[:16]}"
    with open(f"{folder}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            install(folder)
    return folder / "node_modules"


def install(folder: pathlib.Path) -> None:
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(WEB / name, fresh)
    # No package's own script runs: nothing here needs one.
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    installed = subprocess.run(command, cwd=fresh, capture_output=True, text=True, check=False)
    if installed.returncode != 0:
        fail(f"`{' '.join(command)}` failed:\n{installed.stdout}{installed.stderr}")
    fresh.rename(folder)


def fill(stage: pathlib.Path, modules: pathlib.Path) -> None:
    """Makes the stage equal to web/, leaving alone what tools have made there."""
    stage.mkdir(parents=True, exist_ok=True)
    for entry in stage.iterdir():
        if entry.name in MADE and not entry.is_symlink():
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    for entry in WEB.iterdir():
        if entry.name in MADE:
            continue
        if entry.is_dir():
            shutil.copytree(entry, stage / entry.name)
        else:
            shutil.copy(entry, stage)
    (stage / "node_modules").symlink_to(modules)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stage", required=True, type=pathlib.Path)
    parser.add_argument("script")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    check_node()
    stage = given.stage.resolve()
    modules = packages()
    # One at a time in a stage: a test and a build would fill it under each other.
    stage.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{stage}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fill(stage, modules)
        command = ["npm", "run", "--silent", given.script, "--", *given.arguments]
        return subprocess.run(command, cwd=stage, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
