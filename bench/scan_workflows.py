"""The scanner of workflows beside checkov, KICS and zizmor, on their own test data.

`./dev bench scan_workflows --data DIR` reads what was fetched to DIR/OWNER+NAME/repo. zizmor and checkov
are run where they are installed (--zizmor, --checkov); without them, their part is left out. --list prints
where the two do not agree.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCH = ROOT / "build/release/bin/scan_workflows_bench"
ZIZMOR_DATA = "crates/zizmor/tests/integration/test-data"
CHECKOV_DATA = ["tests/github_actions/resources/.github", "tests/github_actions/gha/.github",
                "tests/github_actions/checks/graph_checks/resources/ReadOnlyTopLevelPermissions"]
KICS_DATA = "assets/queries/cicd/github"
# KICS' queries by the rule that is theirs.
KICS_RULES = {
    "run_block_injection": "CRM-GHA-001", "script_block_injection": "CRM-GHA-001",
    "unpinned_actions_full_length_commit_sha": "CRM-GHA-002", "unsecured_commands": "CRM-GHA-014",
}


def unpack(data: pathlib.Path, repository: str, folder: str, target: pathlib.Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    archive = subprocess.run(["git", "-C", str(data / repository / "repo"), "archive", "HEAD", folder],
                             check=True, capture_output=True).stdout
    subprocess.run(["tar", "x", "-C", str(target)], input=archive, check=True)


def crema(bench: pathlib.Path, tree: pathlib.Path, *rules: str) -> list[dict]:
    done = subprocess.run([str(bench), str(tree), *rules], check=True, capture_output=True, text=True, timeout=300)
    return [json.loads(line) for line in done.stdout.splitlines()]


def as_workflows(source: pathlib.Path, target: pathlib.Path) -> dict[str, pathlib.Path]:
    """Puts each file where its kind is found by its path, and gives the new paths with the old ones."""
    places = {}
    for path in sorted([*source.rglob("*.yml"), *source.rglob("*.yaml")]):
        folder = target / str(path.relative_to(source)).replace("/", "__")
        if path.name.startswith("action."):
            place = folder / path.name
        elif path.name.startswith("dependabot.") and "workflows" not in path.parts:
            place = folder / ".github" / path.name
        elif path.name.startswith((".pre-commit", "zizmor")) or "configs" in path.parts:
            continue
        else:
            place = folder / ".github/workflows" / path.name
        place.parent.mkdir(parents=True)
        place.write_bytes(path.read_bytes())
        places[str(place.relative_to(target))] = path
    return places


def table(rows: dict[str, list[int]], first: str) -> None:
    print(f"{first:<40} {'expected':>8} {'matched':>8} {'ratio':>7} {'beyond':>7}")
    total = [0, 0, 0]
    for name, (expected, matched, beyond) in sorted(rows.items()):
        ratio = f"{100 * matched / expected:.0f} %" if expected else "-"
        print(f"{name:<40} {expected:>8} {matched:>8} {ratio:>7} {beyond:>7}")
        total = [a + b for a, b in zip(total, (expected, matched, beyond))]
    print(f"{'all':<40} {total[0]:>8} {total[1]:>8} {100 * total[1] / max(total[0], 1):>5.1f} % {total[2]:>7}\n")


def compare(expected: dict, found: dict, names, listed: bool, title: str) -> None:
    """Both by name: sets of (path, line). A rule that is off in both has no row."""
    rows, lines = {}, []
    for name in names:
        ours, theirs = found.get(name, set()), expected.get(name, set())
        if not ours and not theirs:
            continue
        rows[name] = [len(theirs), len(theirs & ours), len(ours - theirs)]
        lines += [f"  missing {name} {path}:{line}" for path, line in sorted(theirs - ours)]
        lines += [f"  beyond  {name} {path}:{line}" for path, line in sorted(ours - theirs)]
    table(rows, title)
    if listed:
        print("\n".join(lines) + "\n")


def zizmor(options, work: pathlib.Path) -> None:
    unpack(options.data, "zizmorcore+zizmor", ZIZMOR_DATA, work / "zizmor")
    tree = work / "zizmor-tree"
    places = as_workflows(work / "zizmor" / ZIZMOR_DATA, tree)
    expected, personas = collections.defaultdict(set), {}
    refused = set()
    for place in places:
        done = subprocess.run([options.zizmor, "--offline", "--persona=auditor", "--no-config", "--no-ignores",
                               "--no-exit-codes", "--format=json", str(tree / place)],
                              capture_output=True, text=True, timeout=120)
        try:
            findings = json.loads(done.stdout)
        except json.JSONDecodeError:
            refused.add(place)
            continue
        for finding in findings:
            primary = next(at for at in finding["locations"] if at["symbolic"]["kind"] == "Primary")
            row = primary["concrete"]["location"]["start_point"]["row"] + 1
            key = (place, row)
            expected[finding["ident"]].add(key)
            personas[finding["ident"], key] = finding["determinations"]["persona"]
    ours = collections.defaultdict(set)
    audits = {alias for finding in crema(options.bench, tree, "CRM-GHA-*") for alias in finding.get("aliases", [])}
    for finding in crema(options.bench, tree, "CRM-GHA-*"):
        if finding.get("path") in refused or "rule" not in finding:
            continue
        for alias in finding["aliases"]:
            if alias in expected or alias in audits and alias.islower() and "-" in alias:
                ours[alias].add((finding["path"], finding["line"]))
    regular = {name: {key for key in keys if personas[name, key] == "Regular"} for name, keys in expected.items()}
    # What zizmor only tells auditors is neither asked for nor beyond.
    quiet = {name: keys - regular[name] for name, keys in expected.items()}
    loud = {name: keys - quiet.get(name, set()) for name, keys in ours.items()}
    off = {name for name, keys in regular.items() if not keys and expected[name]}
    names = sorted(set(expected) | set(ours))
    print(f"zizmor, {len(places) - len(refused)} files that it reads, findings by audit and line, regular persona:")
    compare({**regular, **{name: expected[name] for name in off}}, {**loud, **{name: ours.get(name, set()) for name in off}},
            names, options.list, "audit")


def line_range(record: dict) -> tuple[int, int]:
    return tuple(record["file_line_range"])


def checkov(options, work: pathlib.Path) -> None:
    for folder in CHECKOV_DATA:
        unpack(options.data, "bridgecrewio+checkov", folder, work / "checkov")
    tree = work / "checkov"
    done = subprocess.run([options.checkov, "-d", str(tree), "--framework", "github_actions", "-o", "json", "--quiet",
                           "--soft-fail"], capture_output=True, text=True, timeout=300)
    report = json.loads(done.stdout)
    # --quiet leaves the passed ones out; so they are asked for by a run without it.
    done = subprocess.run([options.checkov, "-d", str(tree), "--framework", "github_actions", "-o", "json",
                           "--soft-fail"], capture_output=True, text=True, timeout=300)
    report = json.loads(done.stdout)
    if isinstance(report, list):
        report = report[0]
    ours = collections.defaultdict(list)
    for finding in crema(options.bench, tree, "CKV_GHA_*", "CKV2_GHA_*"):
        for alias in finding.get("aliases", []):
            ours[alias, finding["path"]].append(finding)
    rows, lines = collections.defaultdict(lambda: [0, 0, 0]), []
    for verdict in ("passed_checks", "failed_checks"):
        for record in report["results"][verdict]:
            check, path = record["check_id"], record["file_path"].lstrip("/")
            path = next((p for p in [path] if (tree / p).exists()), path)
            first, last = line_range(record)
            hit = any(first <= f["line"] <= last or f["first_line"] and first <= f["first_line"] <= last
                      or check in ("CKV_GHA_5", "CKV_GHA_6", "CKV2_GHA_1", "CKV_GHA_7") for f in ours[check, path])
            agrees = hit == (verdict == "failed_checks")
            row = rows[f"{check} {verdict.split('_')[0]}"]
            row[0] += 1
            row[1] += agrees
            if not agrees:
                lines.append(f"  {verdict} {check} {path}:{first}-{last} {record['resource']}")
    print("checkov, verdicts by check and block of lines:")
    table(rows, "check")
    if options.list:
        print("\n".join(lines) + "\n")


def kics(options, work: pathlib.Path) -> None:
    unpack(options.data, "DataDog+datadog-iac-scanner", KICS_DATA, work / "kics")
    rows, lines = {}, []
    for query in sorted((work / "kics" / KICS_DATA).iterdir()):
        rule = KICS_RULES.get(query.name)
        if not rule or not (query / "test").is_dir():
            rows[query.name] = [0, 0, 0]
            continue
        tree = work / "kics-tree" / query.name
        folder = tree / ".github/workflows"
        folder.mkdir(parents=True)
        for path in (query / "test").glob("*.y*ml"):
            (folder / path.name).write_bytes(path.read_bytes())
        expected = set()
        for path in (query / "test").glob("positive*expected_result.json"):
            for one in json.loads(path.read_text()):
                expected.add((one.get("fileName") or one.get("filename"), one["line"]))
        ours = set()
        for finding in crema(options.bench, tree, rule):
            if finding.get("rule") == rule:
                ours.add((pathlib.Path(finding["path"]).name, finding["line"]))
        rows[query.name] = [len(expected), len(expected & ours), len(ours - expected)]
        lines += [f"  missing {query.name} {a}:{b}" for a, b in sorted(expected - ours)]
        lines += [f"  beyond  {query.name} {a}:{b}" for a, b in sorted(ours - expected)]
    print("KICS, findings by query and line:")
    table(rows, "query")
    if options.list:
        print("\n".join(lines) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--bench", type=pathlib.Path, default=BENCH)
    parser.add_argument("--zizmor", default="zizmor")
    parser.add_argument("--checkov", default="checkov")
    parser.add_argument("--only", choices=["zizmor", "checkov", "kics"])
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        for part in (checkov, kics, zizmor):
            if options.only not in (None, part.__name__):
                continue
            try:
                part(options, work)
            except FileNotFoundError as error:
                print(f"{part.__name__}: left out, {error}\n")


if __name__ == "__main__":
    main()
