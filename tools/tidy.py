"""Holds the sources, CMake's graph and ARCHITECTURE.md against each other, and the house's rules.

Exits 1 and prints one line a breach. It checks: every `#include "crema/x/..."` has x among the
room's DEPS; DEPS only point down and have no cycle; ARCHITECTURE.md's table names the same DEPS;
the outside world (clock, environment, standard output) is touched in its own rooms only; no file
outgrows 500 lines; no unfinished words; every command has its manual page.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# A room may have parts, each a library with arrows of its own: load/core, load/metrics, ...
ORDER = [
    "base", "sys", "formats", "evidence", "expr", "workflow", "store", "gate", "services", "testing",
    "shell", "dockerfile",
    "scan/core", "scan/waivers", "scan/secrets", "scan/tools",
    "scan/infra", "scan/kubernetes", "scan/dockerfile", "scan/compose",
    "scan/workflows", "scan/archives", "scan/history",
    "scan/advisories", "scan/deps",
    "scan",
    "load/core", "load/metrics", "load/schedule", "load/compare", "load/protocol", "load/protobuf", "load/outputs",
    "load/script", "load/remote", "load",
    "report", "run", "actions", "cli",
]
LONGEST_FILE = 500
# pattern -> rooms where it may stand
OUTSIDE_WORLD = {
    r"\bgetenv\b": {"sys"},
    r"\bsystem_clock::now\b": {"sys"},
    r"\bsteady_clock::now\b": {"sys"},
    r"\bstd::cout\b|\bstd::cerr\b": {"cli", "evidence", "sys"},
    r"(?<![a-z_])printf\(": {"cli", "evidence"},
    r"\bstd::regex\b": set(),
    r"\bstd::exit\b|(?<![_a-z])exit\(": {"sys"},
}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")

breaches: list[str] = []


def breach(path: pathlib.Path, line: int, text: str) -> None:
    breaches.append(f"{path.relative_to(ROOT)}:{line}: {text}")


def room_dependencies() -> dict[str, list[str]]:
    graph = {}
    for cmake in sorted((ROOT / "src").rglob("CMakeLists.txt")):
        text = re.sub(r"#.*", "", cmake.read_text())
        match = re.search(r"crema_module\(\s*([\w/]+)(.*?)\)", text, re.S)
        if not match:
            continue
        deps = re.search(r"\bDEPS\b(.*?)(\bLINK\b|\bSRCS\b|$)", match[2], re.S)
        graph[match[1]] = deps[1].split() if deps else []
    return graph


def check_graph(graph: dict[str, list[str]]) -> None:
    for room, deps in graph.items():
        cmake = ROOT / "src" / room / "CMakeLists.txt"
        if room not in ORDER:
            breach(cmake, 1, f"room {room} has no place in tools/tidy.py's order")
            continue
        for dep in deps:
            if dep not in ORDER or ORDER.index(dep) >= ORDER.index(room):
                breach(cmake, 1, f"{room} may not use {dep}: arrows point down only")


def check_architecture(graph: dict[str, list[str]]) -> None:
    page = ROOT / "ARCHITECTURE.md"
    if not page.exists():
        return
    rows = {
        match[1]: sorted(re.findall(r"[\w/]+", match[2]))
        for match in re.finditer(r"^\| `([\w/]+)` \|.*\| ([^|]*) \|$", page.read_text(), re.M)
    }
    for room, deps in graph.items():
        if room not in rows:
            breach(page, 1, f"room {room} is missing from the table")
        elif rows[room] != sorted(deps):
            breach(page, 1, f"{room} uses {sorted(deps)} in CMake, {rows[room]} in the table")
    for room in rows.keys() - graph.keys():
        breach(page, 1, f"the table names {room}, which does not exist")


def check_file(path: pathlib.Path, room: str, deps: list[str]) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    if len(lines) > LONGEST_FILE:
        breach(path, len(lines), f"{len(lines)} lines; split it by noun ({LONGEST_FILE} at most)")
    for number, line in enumerate(lines, 1):
        include = re.match(r'\s*#include "crema/([\w/]+)/', line)
        base = re.match(r'\s*#include "crema/(\w+)\.h"', line)
        if include and include[1] != room and include[1] not in deps:
            breach(path, number, f"{room} includes {include[1]}, which is not among its DEPS")
        if base:
            breach(path, number, "include a room's header, not one at the top")
        if UNFINISHED.search(line):
            breach(path, number, "unfinished: open an issue and say it there")
        code = line.split("//")[0]
        for pattern, allowed in OUTSIDE_WORLD.items():
            if room not in allowed and re.search(pattern, code):
                breach(path, number, f"`{re.search(pattern, code)[0]}` belongs to {sorted(allowed)}")


def room_of(path: pathlib.Path) -> str:
    """The innermost room a file is in: load/core for src/load/core/loop.cc."""
    parts = path.relative_to(ROOT / "src").parts
    return "/".join(parts[:2]) if "/".join(parts[:2]) in ORDER else parts[0]


def check_sources(graph: dict[str, list[str]]) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "src"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout.split("\n")
    files = [ROOT / name for name in tracked if name] or list((ROOT / "src").rglob("*"))
    listed = "".join(p.read_text() for p in (ROOT / "src").rglob("CMakeLists.txt"))
    for path in files:
        if path.suffix not in (".cc", ".h") or not path.exists():
            continue
        room = room_of(path)
        check_file(path, room, ORDER if room == "cli" else graph.get(room, []))
        if path.suffix == ".cc" and path.name not in listed:
            breach(path, 1, "is in no CMakeLists.txt")


def check_types() -> None:
    """Parts of a room share its namespace: two classes of one name would silently be one to the linker."""
    seen: dict[tuple[str, str], pathlib.Path] = {}
    for path in sorted((ROOT / "src").rglob("*.h")):
        space = ""
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if opened := re.match(r"namespace ([\w:]+) \{", line):
                space = opened[1]
            match = re.match(r"(?:struct|class|enum class) (\w+)(?: final)?(?: : [^;{]*)? \{", line)
            if not match:
                continue
            first = seen.setdefault((space, match[1]), path)
            if first != path:
                breach(path, number, f"{match[1]} is also in {first.relative_to(ROOT)}")


def check_rooms(graph: dict[str, list[str]]) -> None:
    for room in graph:
        if not (ROOT / "src" / room / "README.md").exists():
            breach(ROOT / "src" / room / "CMakeLists.txt", 1, f"room {room} has no README.md")
    for source in (ROOT / "src/cli").glob("*.cc"):
        text = source.read_text()
        match = re.search(r"^int run_(\w+)\(CommandContext", text, re.M)
        name = match[1].replace("_", "-") if match else ""
        if match and not (ROOT / "src/cli" / f"{name}.md").exists():
            breach(source, 1, f"command {name} has no manual page {name}.md")


def main() -> int:
    graph = room_dependencies()
    check_graph(graph)
    check_types()
    check_architecture(graph)
    check_sources(graph)
    check_rooms(graph)
    for line in breaches:
        print(line)
    print(f"tidy: {len(graph)} rooms, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
