"""`crema scan` as a user runs it: what is new on a branch, what is known, what is let be, what was not looked at.

usage: scan_test.py CREMA
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

FAILURES: list[str] = []
# Put together here, so that this file has no secret in it.
TOKEN = "ghp_" + "x9Kq2Lm7Rt4Vw1Zb8Nc3Hd6Jf5Gs0PaYuEoT"
OTHER = "ghp_" + "b7Wn4Qz1Xc8Vm5Lk2Jh9Gf6Ds3Ap0OiUyTrE"
GITLEAKS = """title = "own"
[[rules]]
id = "github-pat"
description = "A GitHub token"
regex = '''ghp_[0-9a-zA-Z]{36}'''
keywords = ["ghp_"]
"""


def check(fine: bool, text: str) -> None:
    print(f"{'ok' if fine else 'FAILED':<7}{text}", flush=True)
    if not fine:
        FAILURES.append(text)


class Repository:
    def __init__(self, program: str, folder: pathlib.Path) -> None:
        self.program, self.folder = program, folder
        folder.mkdir()
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith(("GITHUB_", "CREMA_"))}
        self.environment |= {"CREMA_FINGERPRINT_KEY": "a key of the test", "HOME": str(folder.parent),
                             "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.org",
                             "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.org"}
        self.git("init", "-q", "-b", "main")
        self.write(".gitignore", ".crema/\n")

    def git(self, *words: str) -> str:
        return subprocess.run(["git", *words], cwd=self.folder, env=self.environment, check=True, timeout=60,
                              capture_output=True, text=True).stdout.strip()

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", message)

    def scan(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.program, "scan", *words], cwd=self.folder, env=self.environment, timeout=120,
                              capture_output=True, text=True)

    def findings(self, *words: str) -> list[dict]:
        answer = self.scan(*words, "--format", "json")
        try:
            return json.loads(answer.stdout)["findings"]
        except (ValueError, KeyError):
            print(answer.stdout, answer.stderr)
            raise


def branch(repository: Repository) -> None:
    """Only what a branch brought in is new; moving, renaming and indenting change nothing."""
    words = ("secrets", "--config", "own.toml")
    repository.write("own.toml", GITLEAKS)
    repository.write("main.go", f'package main\n\nvar token = "{TOKEN}"\n')
    repository.commit("first")
    repository.git("checkout", "-qb", "work")
    before = repository.findings(*words)
    check([one["state"] for one in before] == ["new"], "without a base all is new")
    repository.git("mv", "main.go", "moved.go")
    repository.write("moved.go", f'package main\n\n\nfunc a() {{\n\t\ttoken := "{TOKEN}"\n}}\n')
    repository.write("fresh.go", f'package main\nvar other = "{OTHER}"\n')
    after = repository.findings(*words, "--base", "main")
    check({one["locations"][0]["path"]: one["state"] for one in after} == {"moved.go": "known", "fresh.go": "new"},
          "what was moved, renamed and indented is known since the branch began; what came is new")
    again = repository.findings(*words, "--base", "main")
    check(after == again, "the second time the base is not scanned, and the answer is the same")
    repository.write("moved.go", f'package main\n\n\nfunc a() {{\n\t\ttoken := "{OTHER}"\n}}\n')
    states = {one["locations"][0]["path"]: one["state"] for one in repository.findings(*words, "--base", "main")}
    check(states["moved.go"] == "new", "another secret on the line of a known one is new")
    repository.write("moved.go", f'package main\n\nvar token = "{TOKEN}"\n')
    answer = repository.scan(*words, "--base", "nowhere")
    check(answer.returncode == 2 and "there is no revision 'nowhere'" in answer.stderr, "a wrong base is said")


def verdicts(repository: Repository) -> None:
    words = ("secrets", "--config", "own.toml")
    answer = repository.scan(*words)
    check(answer.returncode == 1 and "new secrets: 2, wanted <= 0" in answer.stdout, "new secrets fail, with 1")
    check(repository.scan(*words, "--exit-code", "7").returncode == 7, "or with what was asked for")
    check(repository.scan(*words, "--no-fail").returncode == 0, "or not")
    check(repository.scan(*words, "--fail-on", "critical").returncode == 0, "from a severity on")
    check(repository.scan(*words, "--write-baseline", "base.json").returncode == 1, "a baseline is written")
    check(repository.scan(*words, "--baseline", "base.json").returncode == 0, "what is in it is known, and does not fail")
    (repository.folder / "base.json").unlink()
    repository.write(".gitleaksignore", "fresh.go:github-pat:2\n")
    states = {one["locations"][0]["path"]: one["state"] for one in repository.findings(*words)}
    check(states == {"moved.go": "new", "fresh.go": "suppressed"}, ".gitleaksignore takes one back")
    states = {one["state"] for one in repository.findings(*words, "--no-waivers")}
    check(states == {"new"}, "unless nobody asks it")
    (repository.folder / ".gitleaksignore").unlink()
    check(len(repository.findings(*words, "--rule", "github-pat")) == 2 and
          not repository.findings(*words, "--skip-rule", "github-pat"), "a configuration's rules are chosen by their ids")
    unknown = repository.scan("--rule", "CRM-NOT-THERE")
    check(unknown.returncode == 2 and "no rule is called CRM-NOT-THERE" in unknown.stderr, "an unknown rule is said")
    check(repository.scan("secrets", "missing").returncode == 2, "so is a path that is not there")


def secrecy(repository: Repository) -> None:
    """The value of a secret is in no output, and in nothing that is kept."""
    words = ("secrets", "--config", "own.toml")
    files = [f"--{kind}=out.{kind}" for kind in ("sarif", "sarif-full", "json", "junit", "markdown")]
    answer = repository.scan(*words, *files, "--all")
    texts = [answer.stdout, answer.stderr]
    for kind in ("sarif", "sarif-full", "json", "junit", "markdown"):
        file = repository.folder / f"out.{kind}"
        texts.append(file.read_text())
        file.unlink()
    check(all(len(text) > 100 for text in texts[2:]), "all outputs are written")
    for path in (repository.folder / ".crema").rglob("*"):
        if path.is_file():
            texts.append(path.read_bytes().decode("latin-1"))
    check(not any(secret[4:] in text for secret in (TOKEN, OTHER) for text in texts),
          "no output, record or cache has the value of a secret")
    shown = subprocess.run([repository.program, "show", "latest"], cwd=repository.folder, timeout=60,
                           env=repository.environment, capture_output=True, text=True)
    check(shown.returncode == 0 and "crema scan" in shown.stdout, "the scan is kept as a run")


def left_out(repository: Repository) -> None:
    words = ("secrets", "--config", "own.toml", "--fail-on", "none")
    check(repository.scan(*words).returncode == 0, "all was scanned")
    large = repository.folder / "large.bin"
    with large.open("wb") as file:
        file.truncate(65 << 20)
    answer = repository.scan(*words)
    check(answer.returncode == 3 and "not scanned: 1" in answer.stdout and "large.bin" in answer.stdout,
          "what is too large is not scanned, which is said, with 3")
    check(repository.scan(*words, "--allow-not-scanned").returncode == 0, "unless it is let be")
    repository.write(".cremaignore", "large.bin\n")
    check(repository.scan(*words).returncode == 0, "or ignored")
    (repository.folder / ".cremaignore").unlink()
    large.unlink()
    (repository.folder / "loop").symlink_to(".")
    check(repository.scan(*words).returncode == 0, "a link in a circle is not followed")
    (repository.folder / "loop").unlink()


WORKFLOW = """on: pull_request_target
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo "${{ github.event.pull_request.title }}"
      - uses: foo/bar@master
"""
COMPOSE = """services:
  db:
    image: postgres
    privileged: true
    environment:
      POSTGRES_PASSWORD: secret123
    ports: ["5432:5432"]
"""


def stability(program: str, folder: pathlib.Path) -> None:
    """Files that are renamed, moved, reindented and given comments keep every fingerprint."""
    repository = Repository(program, folder)

    def lay_out(manifest: str, dockerfile: str, compose: str, workflow: str, module: str, shift: str, head: str) -> None:
        indent = "\n" + shift
        repository.write(manifest, head + POD.replace("\n  ", "\n  " + shift + shift))
        repository.write(dockerfile, head + "FROM alpine:latest\nRUN apt-get update && apt-get install curl\nUSER root\n")
        repository.write(compose, head + shift + COMPOSE.rstrip().replace("\n", indent) + "\n")
        repository.write(workflow, head + WORKFLOW)
        repository.write(module, head.replace("#", "//") + "module example.com/a\n\ngo 1.26.8\n\n"
                         "require golang.org/x/crypto v0.17.0\n")
        repository.write(module.replace("go.mod", "main.go"), f'package main\n\nvar token = "{TOKEN}"\n')

    lay_out("pod.yaml", "Dockerfile", "docker-compose.yml", ".github/workflows/a.yml", "go.mod", "", "")
    before = {one["fingerprint"]: one["rule"] for one in repository.findings()}
    for path in ("pod.yaml", "Dockerfile", "docker-compose.yml", ".github/workflows/a.yml", "go.mod", "main.go"):
        (repository.folder / path).unlink()
    lay_out("deploy/web.yaml", "web/Dockerfile.web", "web/compose.yaml", ".github/workflows/b.yml", "b/go.mod", "  ",
            "# moved\n\n")
    after = {one["fingerprint"]: one["rule"] for one in repository.findings()}
    families = {rule.split("-")[1] for rule in before.values()}
    check(len(before) > 30 and {"K8S", "DOCKER", "COMPOSE", "GHA", "SEC"} <= families, f"{len(before)} findings of all families")
    check(before == after, f"all fingerprints are the same: {sorted(set(before.items()) ^ set(after.items()))[:4]}")


def commits(repository: Repository) -> None:
    """Secrets in what is about to be committed, in commits, in the whole history, in a text; and git's hooks."""
    repository.git("checkout", "-qf", "main")
    repository.git("clean", "-fdq")
    repository.git("checkout", "-qb", "history")
    repository.write("late.txt", f"token = {OTHER}\n")
    repository.git("add", "late.txt")
    staged = repository.findings("secrets", "--staged")
    check([one["locations"][0]["path"] for one in staged] == ["late.txt"], "what the next commit adds is looked at alone")
    repository.commit("late")
    repository.git("rm", "-q", "late.txt")
    repository.commit("gone")
    check(not repository.findings("secrets", "--git", "HEAD~1..HEAD"), "a commit that removes a secret adds none")
    added = repository.findings("secrets", "--git", "main..HEAD")
    check([one["locations"][0]["path"] for one in added] == ["late.txt"], "what commits added is found, though it is gone")
    check("by t, " in added[0]["locations"][0]["message"], "with the commit that brought it")
    history = {one["locations"][0]["path"] for one in repository.findings("--history")}
    check(history == {"late.txt", "main.go"}, "the history has every secret there ever was")
    text = subprocess.run([repository.program, "scan", "-", "--format", "json"], input=f"a = {TOKEN}\n",
                          cwd=repository.folder, env=repository.environment, timeout=60, capture_output=True, text=True)
    check(text.returncode == 1 and json.loads(text.stdout)["findings"][0]["locations"][0]["path"] == "stdin",
          "standard input is looked at")
    installed = repository.scan("install-hook")
    check(installed.returncode == 0 and (repository.folder / ".git/hooks/pre-commit").stat().st_mode & 0o100 != 0,
          "a hook is installed")
    repository.write("hooked.txt", f"token = {OTHER}\n")
    repository.git("add", "hooked.txt")
    refused = subprocess.run(["git", "commit", "-qm", "bad"], cwd=repository.folder, env=repository.environment,
                             capture_output=True, text=True, timeout=60, check=False)
    check(refused.returncode != 0 and "GitHub token" in refused.stdout + refused.stderr, "git refuses the commit")
    repository.write("hooked.txt", "token = none\n")
    repository.commit("good")
    check(repository.git("log", "-1", "--format=%s") == "good", "and takes one without a secret")


TEAM_RULE = """---
id: TEAM-001
title: An image comes from outside the company's registry
severity: high
framework: kubernetes
for: container
bad:
  image: {not-regex: "^registry[.]example[.]com/"}
message: "Container `{name}` runs `{image}`"
---
What the registry holds was looked at.

## Fix
Mirror the image.

## Bad
```yaml
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: a, image: nginx}]}
```

## Good
```yaml
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: a, image: registry.example.com/nginx}]}
```
"""
POD = """apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      image: nginx:1.27
      securityContext: {privileged: true}
"""


def rules(repository: Repository) -> None:
    """Rules by any of their names, a team's own, their pages, and comments of other tools."""
    repository.write("pod.yaml", POD)
    repository.write("Dockerfile", "FROM alpine:latest\nRUN apk add curl\n")
    found = {one["rule"] for one in repository.findings("infra", "--rule", "CKV_K8S_16,DL3007")}
    check(found == {"CRM-K8S-001", "CRM-DOCKER-101"}, "other tools' names of rules do")
    found = {one["rule"] for one in repository.findings("infra", "--framework", "dockerfile")}
    check(found and all(rule.startswith("CRM-DOCKER") for rule in found), "a framework alone")
    skipped = {one["rule"] for one in repository.findings("infra", "--skip-rule", "KSV-0017")}
    check("CRM-K8S-001" not in skipped and "CRM-K8S-003" in skipped, "a rule is skipped")
    listed = repository.scan("--list-rules", "--format", "json")
    check(len(json.loads(listed.stdout)) > 400, "the rules are listed")
    page = repository.scan("--explain", "CKV_K8S_16")
    check(page.returncode == 0 and "CRM-K8S-001" in page.stdout and "fix" in page.stdout, "a rule explains itself")
    repository.write("team/one.md", TEAM_RULE)
    own = [one for one in repository.findings("infra", "pod.yaml", "--rules", "team") if one["rule"] == "TEAM-001"]
    check(len(own) == 1 and own[0]["locations"][0]["line"] == 7, "a team's own rule is found, at its line")
    repository.write("team/one.md", TEAM_RULE.replace("not-regex", "not-regexp"))
    wrong = repository.scan("infra", "--rules", "team")
    check(wrong.returncode == 2 and "team/one.md:8" in wrong.stderr, "a wrong page is said, with its line")
    repository.write("pod.yaml", POD.replace("      securityContext", "      # checkov:skip=CKV_K8S_16:it must\n      securityContext"))
    states = {one["rule"]: one["state"] for one in repository.findings("infra", "pod.yaml")}
    check(states["CRM-K8S-001"] == "suppressed" and states["CRM-K8S-003"] == "new", "a comment of checkov takes one back")
    states = {one["rule"]: one["state"] for one in repository.findings("infra", "pod.yaml", "--no-inline")}
    check(states["CRM-K8S-001"] == "new", "unless nobody asks it")


def dependencies(repository: Repository) -> None:
    """An old module is found at its line, with the upgrade; what is not imported is said to be so."""
    repository.write("go.mod", "module example.com/a\n\ngo 1.26.8\n\nrequire golang.org/x/crypto v0.17.0\n")
    repository.write("main.go", "package main\n\nfunc main() {}\n")
    found = repository.findings("deps")
    check(len(found) > 5 and all(one["subject"].startswith("golang.org/x/crypto@") for one in found) and
          all(one["locations"][0]["line"] == 5 for one in found if one["locations"][0]["path"] == "go.mod"),
          "advisories of a module, at its line")
    check({one["reach"] for one in found} <= {"not-imported", "unknown"}, "nothing imports it, and nobody says more")
    answer = repository.scan("deps", "--all")
    check("Upgrade golang.org/x/crypto to v0." in answer.stdout, "one upgrade for all of them")


def main() -> int:
    program = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory(prefix="crema-scan-") as folder:
        repository = Repository(program, pathlib.Path(folder) / "repository")
        for part in (branch, verdicts, secrecy, left_out, rules, dependencies, commits):
            print(f"-- {part.__name__}", flush=True)
            part(repository)
        print("-- stability", flush=True)
        stability(program, pathlib.Path(folder) / "stability")
    print(f"{len(FAILURES)} failed" if FAILURES else "all passed")
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
