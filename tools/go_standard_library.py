"""Writes what each package of Go's standard library imports: go_standard_library.py > data/go/standard_library.txt

A line is a package and its imports, with those of the copies of other modules in the library left
out. It is made with the Go of this machine, for linux/amd64.
"""
import json
import os
import subprocess


def main() -> None:
    environment = os.environ | {"GOOS": "linux", "GOARCH": "amd64", "CGO_ENABLED": "1"}
    version = subprocess.run(["go", "env", "GOVERSION"], capture_output=True, text=True, check=True).stdout.strip()
    listed = subprocess.run(
        ["go", "list", "-json=ImportPath,Imports", "std", "cmd"], capture_output=True, text=True, check=True, env=environment
    ).stdout
    decoder = json.JSONDecoder()
    rows = []
    while listed := listed.lstrip():
        package, end = decoder.raw_decode(listed)
        listed = listed[end:]
        path = package["ImportPath"]
        if path.startswith(("vendor/", "cmd/")):
            continue
        imports = [name for name in package.get("Imports", []) if not name.startswith("vendor/") and name not in ("C", "unsafe")]
        rows.append(" ".join([path, *sorted(imports)]))
    print(f"# {version}")
    print("\n".join(sorted(rows)))


if __name__ == "__main__":
    main()
