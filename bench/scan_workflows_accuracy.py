"""The scanner of workflows beside checkov, KICS and zizmor, on their own test data.

`./dev bench scan_workflows_accuracy --data DIR` reads what was fetched to DIR/OWNER+NAME/repo. zizmor and checkov
are run where they are installed (--zizmor, --checkov); without them, their part is left out. --list prints
where the two do not agree.
"""
# builds: scan_workflows_bench
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
    "unspecified_workflows_permissions": "CRM-GHA-003",
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


def meets(finding: dict, places: set) -> int:
    """2: on the very line; 1: in the same step, or of a job right beside it; 0: elsewhere."""
    if (finding["path"], finding["line"]) in places:
        return 2
    step, job = ".steps" in finding["subject"], finding["first_line"] > 0
    return int(any(path == finding["path"] and job and finding["first_line"] <= line <= finding["last_line"] and
                   (step or abs(line - finding["line"]) <= 2) for path, line in places))


def match(theirs: list, ours: list) -> tuple[list, list]:
    """Pairs each of theirs with one of ours, the same line first. Gives what is left on both sides."""
    ours, missing = list(ours), list(theirs)
    for least in (2, 1):
        for finding in list(missing):
            hit = next((one for one in ours if meets(one, finding) >= least), None)
            if hit is not None:
                ours.remove(hit)
                missing.remove(finding)
    return missing, ours


def zizmor(options, work: pathlib.Path) -> None:
    unpack(options.data, "zizmorcore+zizmor", ZIZMOR_DATA, work / "zizmor")
    tree = work / "zizmor-tree"
    places = as_workflows(work / "zizmor" / ZIZMOR_DATA, tree)
    loud, quiet = collections.defaultdict(list), collections.defaultdict(list)
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
            rows = {at["concrete"]["location"]["start_point"]["row"] + 1 for at in finding["locations"]
                    if at["symbolic"]["kind"] == "Primary"}
            persona = loud if finding["determinations"]["persona"] == "Regular" else quiet
            persona[finding["ident"]].append({(place, row) for row in rows})
    ours = collections.defaultdict(list)
    for finding in crema(options.bench, tree, "CRM-GHA-*"):
        if "rule" in finding and finding["path"] not in refused:
            for alias in finding["aliases"]:
                ours[alias].append(finding)
    rows, lines = {}, []
    for audit in sorted({*loud, *quiet}):
        # Where every finding is one that only auditors ask for, so is the rule.
        expected = loud[audit] or quiet[audit]
        missing, beyond = match(expected, ours[audit])
        beyond = [one for one in beyond if not any(meets(one, places) for places in quiet[audit])]
        rows[audit] = [len(expected), len(expected) - len(missing), len(beyond)]
        lines += [f"  missing {audit} {path}:{line}" for places in missing for path, line in sorted(places)]
        lines += [f"  beyond  {audit} {one['path']}:{one['line']}" for one in beyond]
    print(f"zizmor, {len(places) - len(refused)} files that it reads, findings by audit and step:")
    table(rows, "audit")
    if options.list:
        print("\n".join(lines) + "\n")


def same_block(finding: dict, record: dict) -> bool:
    """checkov asks each check of the file, of jobs and of steps alone, and names them by their lines."""
    if record["check_id"] in ("CKV_GHA_5", "CKV_GHA_6", "CKV_GHA_7", "CKV2_GHA_1"):
        return True
    resource = record["resource"]
    job = resource.split("(", 1)[1].split(")", 1)[0] if "(" in resource else ""
    if "steps[" not in resource:
        return finding["subject"] == f"jobs.{job}"
    return finding["subject"].startswith(f"jobs.{job}.steps") and finding["first_line"] == record["file_line_range"][0]


def checkov(options, work: pathlib.Path) -> None:
    for folder in CHECKOV_DATA:
        unpack(options.data, "bridgecrewio+checkov", folder, work / "checkov")
    tree = work / "checkov"
    done = subprocess.run([options.checkov, "-d", str(tree), "--framework", "github_actions", "-o", "json",
                           "--soft-fail"], capture_output=True, text=True, timeout=300)
    report = json.loads(done.stdout)
    if isinstance(report, list):
        report = report[0]
    ours = collections.defaultdict(list)
    for finding in crema(options.bench, tree, "CKV_GHA_*", "CKV2_GHA_*"):
        # A note of low confidence is no verdict.
        if finding.get("severity") == "note" and finding["confidence"] == "low":
            continue
        for alias in finding.get("aliases", []):
            ours[alias, finding["path"]].append(finding)
    rows, lines = collections.defaultdict(lambda: [0, 0, 0]), []
    for verdict in ("passed_checks", "failed_checks"):
        for record in report["results"][verdict]:
            check, path = record["check_id"], record["file_path"].lstrip("/")
            hit = any(same_block(finding, record) for finding in ours[check, path])
            agrees = hit == (verdict == "failed_checks")
            row = rows[f"{check} {verdict.split('_')[0]}"]
            row[0] += 1
            row[1] += agrees
            if not agrees:
                first, last = record["file_line_range"]
                lines.append(f"  {verdict} {check} {path}:{first}-{last} {record['resource']}")
    print("checkov, verdicts by check and block:")
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
        # KICS names the line of the key, crema that of the expression below it.
        ours = [(pathlib.Path(one["path"]).name, one) for one in crema(options.bench, tree, rule) if one.get("rule") == rule]
        meets = lambda name, line, file, one: file == name and (
            line == one["line"] or one["first_line"] <= line <= one["last_line"] or not one["first_line"])
        missing = [(a, b) for a, b in expected if not any(meets(a, b, *one) for one in ours)]
        beyond = [(file, one["line"]) for file, one in ours if not any(meets(a, b, file, one) for a, b in expected)]
        rows[query.name] = [len(expected), len(expected) - len(missing), len(beyond)]
        lines += [f"  missing {query.name} {a}:{b}" for a, b in sorted(missing)]
        lines += [f"  beyond  {query.name} {a}:{b}" for a, b in sorted(beyond)]
    print("KICS, findings by query and step:")
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
