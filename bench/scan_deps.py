"""The scanner of dependencies beside its peers, on data that is not ours: `./dev bench scan_deps [--list]`.

versions      osv-scalibr's lines on the order of versions, of the ecosystems that are read
govulncheck   the golden files of govulncheck's source mode: what is called, imported, only required
osv-scanner   a tree of many modules, the same advisories, per go.mod and package

--data DIR is where the repositories google+osv-scalibr and golang+vuln lie (each a bare `repo`), --tree the
tree, --osv an archive of OSV's JSON for Go, --osv-scanner that program. What is not there is left out.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build/release/bin/scan_deps_bench"
CREMA = ROOT / "build/release/bin/crema"
LEVELS = {"module": 1, "package": 2, "symbol": 3}
REACHES = {"not-imported": 1, "imported": 2, "mentioned": 3, "": 0}


def git(repository: pathlib.Path, *words: str) -> bytes:
    return subprocess.run(["git", "-C", str(repository), *words], capture_output=True, check=True).stdout


def row(name: str, matched: int, expected: int, note: str = "") -> None:
    print(f"{name:<34} {matched:>6} of {expected:<6} {100 * matched / max(expected, 1):6.1f} %  {note}")


def versions(data: pathlib.Path, show: bool) -> None:
    files = {"Go": "semver-versions.txt", "npm": "semver-versions.txt"}
    for ecosystem, name in files.items():
        text = git(data / "google+osv-scalibr/repo", "show", f"HEAD:semantic/testdata/{name}")
        done = subprocess.run([PROGRAM, "--compare", ecosystem], input=text, capture_output=True, check=False)
        *wrong, last = done.stdout.decode().splitlines()
        matched, expected = map(int, last.split(" of "))
        row(f"versions, {ecosystem}", matched, expected)
        for line in wrong if show else []:
            print("  " + line)


def scan(tree: pathlib.Path, *more: str) -> list[dict]:
    done = subprocess.run([PROGRAM, str(tree), *more, "--json"], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def text_results(text: str) -> dict[str, int]:
    """The advisories of a golden text by the highest section they stand in."""
    found: dict[str, int] = {}
    level = 0
    for line in text.splitlines():
        if match := re.match(r"=== (\w+) Results", line):
            level = LEVELS[match[1].lower()]
        if match := re.match(r"Vulnerability #\d+: (\S+)", line):
            found[match[1]] = max(found.get(match[1], 0), level)
    return found


def json_results(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    decoder = json.JSONDecoder()
    text = re.sub(r": <\w+>", ": 0", text)  # lines and columns that change with Go
    while (start := text.find("{")) >= 0:
        value, end = decoder.raw_decode(text[start:])
        text = text[start + end :]
        if "finding" not in value:
            continue
        frame = value["finding"]["trace"][0]
        level = 3 if frame.get("function") else 2 if frame.get("package") else 1
        found[value["finding"]["osv"]] = max(found.get(value["finding"]["osv"], 0), level)
    return found


def golden_cases(folder: pathlib.Path) -> dict[tuple[str, str], dict[str, int]]:
    """By collection and module: the strongest level that any golden file has for each advisory."""
    cases: dict[tuple[str, str], dict[str, int]] = collections.defaultdict(dict)
    for path in sorted(folder.glob("*/testfiles/*/source_*.ct")):
        collection = path.relative_to(folder).parts[0]
        for part in re.split(r"(?m)^\$ govulncheck ", path.read_text())[1:]:
            command, _, output = part.partition("\n")
            match = re.search(r"-C \$\{moddir\}/(\S+)", command)
            if not match or "sarif" in command or "openvex" in command:
                continue
            if not (folder / collection / "modules" / match[1] / "go.mod").exists():
                continue  # a part of a module: crema looks at modules
            results = json_results(output) if "json" in command else text_results(output)
            case = cases[collection, match[1]]
            for advisory, level in results.items():
                case[advisory] = max(case.get(advisory, 0), level)
    return cases


def govulncheck(data: pathlib.Path, show: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        archive = git(data / "golang+vuln/repo", "archive", "HEAD", "cmd/govulncheck/testdata")
        subprocess.run(["tar", "x", "-C", name, "--strip-components=3"], input=archive, check=True)
        totals: collections.Counter = collections.Counter()
        rows = []
        for (collection, module), expected in sorted(golden_cases(folder).items()):
            index = folder / collection / "index"
            subprocess.run([CREMA, "db", "build", folder / collection / "vulndb-v1/ID", "--out", index], check=True, capture_output=True)
            tree = folder / collection / "modules" / module
            subprocess.run(["go", "mod", "download"], cwd=tree, capture_output=True, check=False, timeout=120)
            found = {one["id"]: one for one in scan(tree, str(index)) if "id" in one}
            for advisory in sorted(expected.keys() | found.keys()):
                wanted, one = expected.get(advisory, 0), found.get(advisory)
                have = REACHES[one["reach"]] if one else None
                verdict = (
                    "missed" if one is None
                    else "only here" if wanted == 0
                    else "unknown" if have == 0
                    else "same" if have == wanted
                    else "above" if have > wanted
                    else "below"
                )
                totals[verdict] += 1
                rows.append((collection, module, advisory, wanted, one["message"] if one else "", verdict))
        all_expected = sum(totals.values()) - totals["only here"]
        row("govulncheck, (module, advisory)", all_expected - totals["missed"], all_expected)
        row("govulncheck, the same level", totals["same"], all_expected, str(dict(totals)))
        if show:
            for collection, module, advisory, wanted, message, verdict in rows:
                level = {0: "-", 1: "required", 2: "imported", 3: "called"}[wanted]
                print(f"  {verdict:<9} {collection}/{module:<14} {advisory} {level:<9} {message}")


def osv_scanner(tree: pathlib.Path, archive: pathlib.Path, program: str, show: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "osv-scanner/Go").mkdir(parents=True)
        shutil.copy(archive, folder / "osv-scanner/Go/all.zip")
        begin = time.monotonic()
        done = subprocess.run(
            [program, "--experimental-offline", "--no-call-analysis=all", "--format", "json", "-r", str(tree)],
            env=os.environ | {"OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY": name}, capture_output=True, text=True, check=False, timeout=600,
        )
        took = time.monotonic() - begin
        peer = set()
        for result in json.loads(done.stdout)["results"]:
            manifest = os.path.relpath(result["source"]["path"], tree)
            for package in result["packages"]:
                what = package["package"]
                if what["ecosystem"] != "Go":
                    continue
                for one in package.get("vulnerabilities") or []:
                    peer.add((manifest, what["name"], one["id"]))
    begin = time.monotonic()
    rows = [one for one in scan(tree) if "id" in one]
    own_time = time.monotonic() - begin
    own = {(one["manifest"], one["subject"].rpartition("@")[0], one["id"]) for one in rows}
    row("osv-scanner, (go.mod, package, id)", len(own & peer), len(peer), f"only here {len(own - peer)}")
    modules = {(m, p, i) for m, p, i in own | peer if p != "stdlib"}
    row("  without the standard library", len(own & peer & modules), len(peer & modules), f"only here {len((own - peer) & modules)}")
    # It takes the `go` line for the library's version, and passes over a toolchain that is newer.
    plain = {(m, p, i) for m, p, i in own | peer if p == "stdlib" and "\ntoolchain " not in (tree / m).read_text()}
    row("  the standard library, no toolchain", len(own & peer & plain), len(peer & plain), f"only here {len((own - peer) & plain)}")
    print(f"  time: osv-scanner {took:.2f} s, crema {own_time:.2f} s ({took / own_time:.0f}x)")
    advisories, incidents = {one["id"] for one in rows}, {one["incident"] for one in rows}
    upgrades = {one["subject"].rpartition("@")[0] for one in rows if one["fix"]}
    print(f"  rows {len(rows)} -> advisories {len(advisories)} -> incidents {len(incidents)} -> upgrade actions {len(upgrades)}")
    print("  reach:", dict(collections.Counter(one["reach"] or "unknown" for one in rows)))
    if show:
        for one in sorted(peer - own):
            print("  only osv-scanner", *one)
        for one in sorted(own - peer):
            print("  only crema      ", *one)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=pathlib.Path, required=True)
    arguments.add_argument("--tree", type=pathlib.Path)
    arguments.add_argument("--osv", type=pathlib.Path)
    arguments.add_argument("--osv-scanner", default="osv-scanner")
    arguments.add_argument("--list", action="store_true", help="what disagrees")
    given = arguments.parse_args()
    subprocess.run(["cmake", "--build", str(ROOT / "build/release"), "--target", "scan_deps_bench"], check=True, stdout=subprocess.DEVNULL)
    versions(given.data, given.list)
    govulncheck(given.data, given.list)
    if given.tree and given.osv and shutil.which(given.osv_scanner):
        osv_scanner(given.tree, given.osv, given.osv_scanner, given.list)


if __name__ == "__main__":
    main()
