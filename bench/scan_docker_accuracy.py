# builds: scan_docker_bench
"""Holds the rules about Dockerfiles and compose files against the tests of other tools:
./dev bench scan_docker_accuracy --data DIR [--only hadolint,kics,checkov,trivy] [--list]

DIR has git repositories as OWNER+NAME/repo; those that are not there are left out. A table tells how
many of a tool's expectations hold; --list names those that do not. Nothing of theirs is kept.
"""
import argparse
import ast
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Case:
    """A Dockerfile or compose file and what a tool expects of it."""

    def __init__(self, group, rule, found, text=None, folder=None, lines=None, name="", settings="", file="Dockerfile"):
        self.group, self.rule, self.found, self.text = group, rule, found, text
        self.folder, self.lines, self.name, self.settings, self.file = folder, lines, name, settings, file


def unpack(data: pathlib.Path, repository: str, paths: list[str], into: pathlib.Path) -> bool:
    repo = data / repository / "repo"
    if not repo.exists():
        return False
    into.mkdir(parents=True, exist_ok=True)
    archive = subprocess.run(["git", "-C", repo, "archive", "HEAD", *paths], stdout=subprocess.PIPE, check=True)
    subprocess.run(["tar", "x", "-C", into], input=archive.stdout, check=True)
    return True


# --- hadolint: specs in Haskell; a case is `ruleCatches "DL3000" TEXT`, TEXT a literal, a name bound by
# `let`, or Text.unlines of either.
TOKEN = re.compile(r'"(?:\\\s+\\|\\.|[^"\\])*"|[\w.\'?]+|--[^\n]*|\S', re.S)
KINDS = {"RawText": "text", "Url": "url", "Rfc3339": "rfc3339", "Spdx": "spdx", "GitHash": "hash", "SemVer": "semver", "Email": "email"}


def literal(token: str) -> str:
    text = re.sub(r"\\\s+\\", "", token[1:-1])
    text = text.replace("\\&", "")
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), text)


def expression(tokens, at, names):
    """The text of an expression and where it ends; None where it is another kind."""
    lines = False
    while at < len(tokens) and tokens[at] in ("$", "(", "Text.unlines", "Text.pack", "unlines", "fold"):
        lines = lines or tokens[at].endswith("unlines")
        at += 1
    if at >= len(tokens):
        return None, at
    if tokens[at].startswith('"'):
        text = literal(tokens[at])
        while at + 2 < len(tokens) and tokens[at + 1] == "<" and tokens[at + 2] == ">":
            more, at = expression(tokens, at + 3, names)
            if more is None:
                return None, at
            text += more
            at -= 1
        return text, at + 1
    if tokens[at] == "[":
        parts = []
        at += 1
        while at < len(tokens) and tokens[at] != "]":
            if tokens[at].startswith('"'):
                parts.append(literal(tokens[at]))
            elif tokens[at] in ("<", ">"):
                return None, at
            at += 1
        return "".join(p + "\n" for p in parts), at + 1
    return names.get(tokens[at]), at + 1


def settings_of(tokens: list[str]) -> str:
    text = " ".join(tokens)
    out = ""
    registries = re.search(r"allowedRegistries = \[(.*?)\]", text)
    if registries:
        out += "trustedRegistries: [" + registries[1] + "]\n"
    labels = re.findall(r'\( ("[^"]+") , (?:Rule\.)?(\w+) \)', text)
    if labels:
        out += "label-schema:\n" + "".join(f"  {name}: {KINDS[kind]}\n" for name, kind in labels)
    if "strictLabels = True" in text:
        out += "strict-labels: true\n"
    return out


def on_build(text: str) -> str:
    out, continued = [], False
    for line in text.split("\n"):
        if not continued and re.match(r"\s*run\s", line, re.I):
            line = "ONBUILD " + line.lstrip()
        if not (continued and re.match(r"\s*(#|$)", line)):
            continued = bool(re.search(r"\\\s*$", line)) and not re.match(r"\s*#", line)
        out.append(line)
    return "\n".join(out)


def hadolint_cases(data, work):
    folder = work / "hadolint"
    if not unpack(data, "hadolint+hadolint", ["test/Hadolint/Rule"], folder):
        return
    for spec in sorted(folder.rglob("DL*Spec.hs")):
        tokens = [t for t in TOKEN.findall(spec.read_text()) if not t.startswith("--")]
        names, settings, title, at = {}, "", "", 0
        file_settings = ""
        while at < len(tokens):
            token = tokens[at]
            if token == "it":
                title, settings = tokens[at + 1], file_settings
            if token == "?config" and tokens[at + 1] == "=":
                end = at + 2
                depth = 0
                while end < len(tokens) and (depth > 0 or tokens[end] not in ("describe", "let", "in", "ruleCatches", "ruleCatchesNot", "onBuildRuleCatches", "onBuildRuleCatchesNot", "it")):
                    depth += {"{": 1, "}": -1}.get(tokens[end], 0)
                    end += 1
                settings = settings_of(tokens[at:end])
                if not title:
                    file_settings = settings
            if re.fullmatch(r"\w+", token) and at + 1 < len(tokens) and tokens[at + 1] == "=" and token != "config":
                text, _ = expression(tokens, at + 2, names)
                if text is not None:
                    names[token] = text
            if token in ("ruleCatches", "ruleCatchesNot", "onBuildRuleCatches", "onBuildRuleCatchesNot"):
                rule = names.get(tokens[at + 1], tokens[at + 1].strip('"'))
                text, _ = expression(tokens, at + 2, names)
                if text is None:
                    print(f"not read: {spec.name} {title}", file=sys.stderr)
                else:
                    if token.startswith("onBuild"):
                        text = on_build(text)
                    found = not token.endswith("Not")
                    yield Case("hadolint catches" if found else "hadolint catches not", rule, found, text=text, name=title, settings=settings)
            at += 1


# --- KICS: positive files with the lines of what is wrong, negative ones with nothing.
def kics_cases(data, work):
    folder = work / "kics"
    if not unpack(data, "DataDog+datadog-iac-scanner", ["assets/queries/dockerfile", "assets/queries/dockerCompose"], folder):
        return
    for query in sorted((folder / "assets/queries").glob("docker*/*/test")):
        kind = query.parent.parent.name
        rule = query.parent.name
        lines = collections.defaultdict(list)
        positive = sorted(p for p in query.iterdir() if p.name.startswith("positive") and p.suffix != ".json")
        for one in json.loads((query / "positive_expected_result.json").read_text()):
            name = one.get("filename") or one.get("fileName") or positive[0].name
            lines[name].append(one["line"])
        for path in sorted(query.iterdir()):
            if path.suffix == ".json":
                continue
            yield Case(f"KICS {kind} lines" if path in positive else f"KICS {kind} nothing", rule, path in positive, text=path.read_text(), lines=lines[path.name], name=path.name,
                       file="Dockerfile" if kind == "dockerfile" else "docker-compose.yml")


# --- checkov: sets of resources in tests and expected.yaml.
def checkov_cases(data, work):
    folder = work / "checkov"
    if not unpack(data, "bridgecrewio+checkov", ["tests/dockerfile", "checkov/dockerfile"], folder):
        return
    checks = folder / "tests/dockerfile/checks"
    for test in sorted(checks.glob("test_*.py")):
        name = test.stem.removeprefix("test_")
        rule = re.search(r'id = "(CKV\w+)"', (folder / f"checkov/dockerfile/checks/{name}.py").read_text())[1]
        for node in ast.walk(ast.parse(test.read_text())):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Set) and getattr(node.targets[0], "id", "") in ("passing_resources", "failing_resources"):
                found = node.targets[0].id == "failing_resources"
                for element in node.value.elts:
                    path = element.value.lstrip("/").rpartition(".")[0]
                    text = (checks / f"example_{name}" / path).read_text()
                    yield Case("checkov", rule, found, text=text, name=f"{name}/{path}")
    for expected in sorted((folder / "tests/dockerfile/graph_builder/checks/resources").glob("*/expected.yaml")):
        name = expected.parent.name
        rule = re.search(r'id: "(CKV\w+)"', (folder / f"checkov/dockerfile/checks/graph_checks/{name}.yaml").read_text())[1]
        found, seen = False, set()
        for line in expected.read_text().splitlines():
            found = line.startswith("fail:") or (found and not line.startswith("pass:"))
            match = re.match(r"\s+- '(.+)\.(\w+)'", line)
            if match and match[1] not in seen:
                seen.add(match[1])
                path = match[1]
                yield Case("checkov", rule, found, text=(expected.parent / path).read_text(), name=f"{name}/{path}")


# --- trivy-checks: good and bad Dockerfiles in YAML, each a block of text.
def trivy_cases(data, work):
    folder = work / "trivy"
    if not unpack(data, "aquasecurity+trivy-checks", ["checks/docker"], folder):
        return
    for path in sorted((folder / "checks/docker").glob("*.yaml")):
        rule = re.search(r"id: (DS-\d+)", path.with_suffix(".rego").read_text())
        found, block = False, None
        blocks = []
        for line in path.read_text().splitlines():
            if re.match(r"  (good|bad):", line):
                found, block = "bad" in line, None
            elif line.startswith("    - |"):
                block = []
                blocks.append((found, block))
            elif block is not None:
                block.append(line[6:])
        for number, (found, block) in enumerate(blocks):
            yield Case("trivy", rule[1], found, text="\n".join(block) + "\n", name=f"{path.stem} {number}")


SOURCES = {"hadolint": hadolint_cases, "kics": kics_cases, "checkov": checkov_cases, "trivy": trivy_cases}


def scan(scanner: pathlib.Path, cases: list, work: pathlib.Path) -> None:
    """Gives each case what was found in its file."""
    by_settings = collections.defaultdict(list)
    for case in cases:
        by_settings[case.settings].append(case)
        case.result = []
    for number, (settings, group) in enumerate(by_settings.items()):
        root = work / f"tree{number}"
        for index, case in enumerate(group):
            folder = root / str(index)
            folder.mkdir(parents=True)
            (folder / case.file).write_text(case.text)
        arguments = [scanner, root]
        if settings:
            (work / "hadolint.yaml").write_text(settings)
            arguments.append(work / "hadolint.yaml")
        done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True)
        for line in done.stdout.splitlines():
            one = json.loads(line)
            if "rule" in one:
                group[int(one["path"].split("/")[0])].result.append(one)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--only", default=",".join(SOURCES))
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--scanner", type=pathlib.Path, default=ROOT / "build/release/bin/scan_docker_bench")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        cases = [case for name in options.only.split(",") for case in SOURCES[name](options.data, work)]
        scan(options.scanner, cases, work)
    rows = collections.defaultdict(lambda: [0, 0])
    wrong = []
    for case in cases:
        found = [one for one in case.result if case.rule in one["aliases"]]
        if case.lines:
            # A finding may point into an instruction of several lines, whose first one is the other's,
            # and name more places than one.
            ours = {line for one in found for line in {*one["lines"], one["first_line"]}}
            for line in case.lines:
                rows[case.group][0] += 1
                rows[case.group][1] += line in ours
                if line not in ours:
                    wrong.append((case, f"line {line} expected, {sorted(ours)} found"))
            continue
        rows[case.group][0] += 1
        rows[case.group][1] += bool(found) == case.found
        if bool(found) != case.found:
            wrong.append((case, "missed" if case.found else "found: " + found[0]["message"]))
    print(f"{'expectations':<28} {'cases':>6} {'hold':>6} {'ratio':>7}")
    for group, (count, held) in rows.items():
        print(f"{group:<28} {count:>6} {held:>6} {held / count:>7.1%}")
    if options.list:
        for case, why in wrong:
            print(f"\n{case.group}: {case.rule} {case.name}: {why}\n" + "\n".join("    " + line for line in case.text.splitlines()[:14]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
