"""Runs the literate cases of tests/cases: Markdown pages of prose, files, commands and what they print.

A page's fenced blocks are:
  ```<language> file=PATH    a file of the case's folder
  ```console                 lines `$ COMMAND`, each followed by what it prints (both streams) and,
                             when it does not end with 0, a line `[exit N]`
All blocks of a page share one fresh folder, which is a git repository. Times, folders, commit ids
and dates are normalised in one place below. `--update` rewrites the expected output; read the diff.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^```(\w*)(?: file=(\S+))?\s*$")
NORMAL = [
    (re.compile(r"\x1b\[[0-9;?]*[A-Za-z]"), ""),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?Z?"), "<date>"),
    (re.compile(r"\b(\d+m ?)?\d+(\.\d+)? ?(ms|s)\b"), "<time>"),
    (re.compile(r"\b[0-9a-f]{40}\b"), "<sha>"),
    (re.compile(r"\b[0-9a-f]{7,12}\b(?!\.)"), "<sha>"),
    (re.compile(r"\bpid \d+"), "pid <pid>"),
    (re.compile(r" *━+"), ""),
    (re.compile(r"[^\n]*Copied the working tree: [^\n]*\n"), ""),  # said when it took long
    (re.compile(r"this machine \([^\n]*?\)(?=\n|$)"), "this machine (<system>)"),
]


def normal(text: str, folder: str) -> str:
    text = text.replace(folder, "<dir>").replace(os.path.basename(folder), "<name>").replace(str(ROOT), "<crema>")
    for pattern, word in NORMAL:
        text = pattern.sub(word, text)
    return "\n".join(line.rstrip() for line in text.split("\n"))


def run_console(block: list[str], folder: str, environment: dict[str, str]) -> list[str]:
    output = []
    for line in block:
        if not line.startswith("$ "):
            continue
        output.append(line)
        done = subprocess.run(
            ["bash", "-c", line[2:]], cwd=folder, env=environment, text=True, errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            timeout=120, check=False,
        )
        text = normal(done.stdout, folder).rstrip("\n")
        output += text.split("\n") if text else []
        if done.returncode != 0:
            output.append(f"[exit {done.returncode}]")
    return output


def run_page(page: pathlib.Path, crema: str) -> tuple[list[str], list[str]]:
    """Returns the page's lines as they are and as they should be."""
    lines = page.read_text(encoding="utf-8").split("\n")
    result: list[str] = []
    folder = tempfile.mkdtemp(prefix="crema-case-")
    environment = {
        "PATH": f"{pathlib.Path(crema).resolve().parent}:{os.environ['PATH']}",
        "HOME": folder + "/.home", "LANG": "C.UTF-8", "NO_COLOR": "1", "TZ": "UTC",
        "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
    }
    for name in ("SHARED", "XDG_CACHE_HOME"):
        if name in os.environ:
            environment[name] = os.environ[name]
    os.mkdir(folder + "/.home")
    git = ["git", "-c", "init.defaultBranch=main"]
    subprocess.run([*git, "init", "-q", folder], check=True, env=environment)
    pathlib.Path(folder, ".git/info/exclude").write_text(".home\n.crema\n")
    for key, value in (("user.name", "case"), ("user.email", "case@example.org")):
        subprocess.run(["git", "-C", folder, "config", key, value], check=True, env=environment)
    index = 0
    try:
        while index < len(lines):
            match = FENCE.match(lines[index])
            if not match:
                result.append(lines[index])
                index += 1
                continue
            end = lines.index("```", index + 1)
            block = lines[index + 1 : end]
            if match[2]:
                path = pathlib.Path(folder, match[2])
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("\n".join(block) + "\n", encoding="utf-8")
            elif match[1] == "console":
                block = run_console(block, folder, environment)
            result += [lines[index], *block, "```"]
            index = end + 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return lines, result


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--crema", required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("pages", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    pages = options.pages or sorted((ROOT / "tests/cases").rglob("*.md"))
    failed = 0
    for page in pages:
        wanted, got = run_page(page, options.crema)
        if wanted == got:
            continue
        if options.update:
            page.write_text("\n".join(got), encoding="utf-8")
            print(f"updated {page}")
            continue
        failed += 1
        with tempfile.NamedTemporaryFile("w", suffix=".md") as actual:
            actual.write("\n".join(got))
            actual.flush()
            subprocess.run(["diff", "-u", "--label", str(page), "--label", "now", str(page), actual.name],
                           check=False)
    print(f"cases: {len(pages) - failed} of {len(pages)} pages hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
