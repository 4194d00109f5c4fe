"""Secrets: what is found of the true and false positives of gitleaks' own rules.
# builds: scan_secrets_bench

./dev bench scan_secrets_truth --data SAMPLES.jsonl [--gitleaks PROGRAM --config gitleaks.toml] [--list]

SAMPLES has one JSON object a line: {"rule": id, "kind": "tp" or "fp", "path": "" or a file's name, "text": ...}.
gitleaks' generator makes random ones anew in each run: dump once what its rules pass to Validate, with a
fixed seed. Recall: the rule of a true positive is found in it. False positives: samples of the kind "fp" in which
their own rule is found, and in which any rule is."""
import argparse
import collections
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def write(samples: list[dict], folder: pathlib.Path) -> None:
    for number, sample in enumerate(samples):
        path = folder / f"{number:05}" / (sample["path"] or "sample.txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sample["text"], encoding="utf-8", errors="surrogateescape")


def of_crema(program: str, config: str, folder: pathlib.Path) -> dict[int, set[str]]:
    output = subprocess.run([program, config, str(folder), "--list"], capture_output=True, check=True).stdout
    found = collections.defaultdict(set)
    for line in output.decode(errors="replace").splitlines():
        parts = line.split(" ", 3)
        if len(parts) < 3 or not parts[2][:5].isdigit():
            continue
        found[int(parts[2][:5])] |= {parts[0], *parts[1].split(",")}
    return found


def of_gitleaks(program: str, config: str, folder: pathlib.Path) -> dict[int, set[str]]:
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        subprocess.run(
            [program, "dir", str(folder), "-c", config, "-f", "json", "-r", report.name, "--exit-code", "0",
             "--max-decode-depth", "5"], capture_output=True, check=True)
        found = collections.defaultdict(set)
        for one in json.load(open(report.name, encoding="utf-8")):
            number = pathlib.Path(one["File"]).relative_to(folder).parts[0]
            found[int(number)].add(one["RuleID"])
        return found


def row(name: str, samples: list[dict], found: dict[int, set[str]], show: bool) -> None:
    true = [i for i, one in enumerate(samples) if one["kind"] == "tp"]
    false = [i for i, one in enumerate(samples) if one["kind"] == "fp"]
    own = [i for i in true if samples[i]["rule"] in found.get(i, ())]
    some = [i for i in true if found.get(i)]
    wrong = [i for i in false if samples[i]["rule"] in found.get(i, ())]
    noisy = [i for i in false if found.get(i)]
    print(f"| {name} | {len(own)} of {len(true)} ({len(own) / len(true):.2%}) | {len(some) / len(true):.2%} "
          f"| {len(wrong)} of {len(false)} | {len(noisy)} |")
    if not show:
        return
    by_rule = collections.Counter(samples[i]["rule"] for i in set(true) - set(own))
    for rule, count in sorted(by_rule.items()):
        print(f"  missed {rule}: {count}")
    for i in sorted(set(true) - set(own)):
        print(f"  missed {i:05} {samples[i]['rule']} {samples[i]['text'][:60]!r} found {sorted(found.get(i, ()))}")
    for i in noisy:
        print(f"  false {i:05} {samples[i]['rule']} {samples[i]['text'][:60]!r} found {sorted(found[i])}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--gitleaks", default="")
    parser.add_argument("--config", default="")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--program", default=str(ROOT / "build/release/bin/scan_secrets_bench"))
    told = parser.parse_args()
    samples = [json.loads(line) for line in open(told.data, encoding="utf-8", errors="surrogateescape")]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write(samples, folder)
        print("| scanner | true positives, by their rule | by any rule | false positives, by their rule | by any rule |")
        print("|---|---|---|---|---|")
        if told.gitleaks:
            row("gitleaks", samples, of_gitleaks(told.gitleaks, told.config, folder), False)
        if told.config:
            row("crema, gitleaks' rules", samples, of_crema(told.program, told.config, folder), told.list)
        row("crema, its own rules", samples, of_crema(told.program, "-", folder), told.list)


if __name__ == "__main__":
    main()
