"""Has a real k6 say what it makes of the cases in this folder.

`make.py` writes its answers into the cases anew: `k6` of each case. `make.py --check` compares them
with those that are there; it exits 1 and names the cases that differ, 77 when there is no k6 on PATH.

A case has any of `config` (a config file: JSON, or text that is none), `script` (what the script
exports as options), `environment`, `flags` ([[name, value], ...]) and `exports` (the functions of the
script; default alone where it is missing). `k6` is what comes of it: `exit`, and where that is 0
`totalDuration`, `maxVUs` and the options that are not null. `crema` is the answer that crema gives on
purpose in its place, with `why`. `since` is the version of k6 from which on the answer is right.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


def without_nulls(value):
    if isinstance(value, dict):
        return {key: without_nulls(member) for key, member in value.items() if member is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def run(folder: pathlib.Path, environment: dict, *command: str) -> subprocess.CompletedProcess:
    clean = {"PATH": os.environ["PATH"], "HOME": str(folder), "K6_NO_USAGE_REPORT": "true"}
    return subprocess.run(["k6", *command], cwd=folder, env=clean | environment,
                          capture_output=True, text=True, check=False)


def answer(case: dict, folder: pathlib.Path) -> dict:
    script = ""
    if "script" in case:
        script += f"export const options = {json.dumps(case['script'])};\n"
    for name in case.get("exports", ["default"]):
        script += f"export {'default function' if name == 'default' else 'function ' + name}() {{}}\n"
    (folder / "s.js").write_text(script)
    config = []
    if "config" in case:
        text = case["config"] if isinstance(case["config"], str) else json.dumps(case["config"])
        (folder / "c.json").write_text(text)
        config = ["-c", "c.json"]
    environment = case.get("environment", {})
    inspect = ["inspect", "--execution-requirements", *config, "s.js"]
    if "flags" in case:
        # Only some commands take flags; an archive keeps what they come to.
        flags = [f"--{name}={value}" for name, value in case["flags"]]
        archived = run(folder, environment, "archive", *config, "-O", "a.tar", *flags, "s.js")
        if archived.returncode != 0:
            return {"exit": archived.returncode}
        environment = {}
        inspect = ["inspect", "--execution-requirements", "a.tar"]
    result = run(folder, environment, *inspect)
    if result.returncode != 0:
        return {"exit": result.returncode}
    options = json.loads(result.stdout)
    facts = {"exit": 0, "totalDuration": options.pop("totalDuration"), "maxVUs": options.pop("maxVUs")}
    # Defaults that are the same in every case.
    if options["summaryTrendStats"] == ["avg", "min", "med", "max", "p(90)", "p(95)"]:
        del options["summaryTrendStats"]
    if len(options["systemTags"] or []) == 14:
        del options["systemTags"]
    return facts | {"options": without_nulls(options)}


def version(text: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", text)[:2]]


def main() -> int:
    if shutil.which("k6") is None:
        print("there is no k6 on PATH")
        return 77
    k6 = version(subprocess.run(["k6", "version"], capture_output=True, text=True, check=True)
                 .stdout.split("v", 1)[1])
    differing = 0
    for file in sorted(HERE.glob("*.json")):
        cases = json.loads(file.read_text())
        for case in cases:
            if "since" in case and k6 < version(case["since"]):
                continue
            with tempfile.TemporaryDirectory() as folder:
                facts = answer(case, pathlib.Path(folder))
            if case.get("k6") != facts:
                differing += 1
                print(f"{file.name}: {case['name']}\n  was {case.get('k6')}\n  is  {facts}")
            case["k6"] = facts
        if "--check" not in sys.argv:
            lines = ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in cases)
            file.write_text(f"[\n{lines}\n]\n")
    return 1 if differing and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
