"""Writes a C++ file that holds the pages of a folder of rules: embed_rules.py FUNCTION OUTPUT FOLDER"""
import pathlib
import sys


def literal(text: str) -> str:
    # Compilers limit one literal to 64 KiB; adjacent literals are joined.
    pieces = [text[i : i + 8000] for i in range(0, len(text), 8000)] or [""]
    return "\n".join(f'R"embed({piece})embed"' for piece in pieces)


def main() -> None:
    function, output, folder = sys.argv[1:]
    pages = sorted(path for path in pathlib.Path(folder).glob("*.md") if path.name != "README.md")
    shown = pathlib.Path("rules") / pathlib.Path(folder).name
    rows = [f'    {{"{shown / path.name}", {literal(path.read_text(encoding="utf-8"))}}},' for path in pages]
    pathlib.Path(output).write_text(
        '#include "crema/scan/core/rule_pages.h"\n\n'
        "namespace crema::scan {\n"
        "namespace {\n"
        "constexpr RulePage kPages[] = {\n" + "\n".join(rows) + "\n};\n"
        "}  // namespace\n\n"
        f"std::span<const RulePage> {function}() {{ return kPages; }}\n"
        "}  // namespace crema::scan\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
