"""Writes a C++ file that holds the given text files: embed.py NAMESPACE OUTPUT FILE..."""
import pathlib
import sys


def main() -> None:
    namespace, output, *files = sys.argv[1:]
    rows = []
    for name in files:
        path = pathlib.Path(name)
        text = path.read_text(encoding="utf-8")
        # Compilers limit one literal to 64 KiB; adjacent literals are joined.
        pieces = [text[i : i + 8000] for i in range(0, len(text), 8000)] or [""]
        literal = "\n".join(f'R"embed({piece})embed"' for piece in pieces)
        rows.append(f'    {{"{path.name}", {literal}}},')
    pathlib.Path(output).write_text(
        "#include <string_view>\n#include <utility>\n\n"
        f"namespace {namespace} {{\n"
        "std::string_view embedded(std::string_view name);\n"
        "namespace {\n"
        "constexpr std::pair<std::string_view, std::string_view> kFiles[] = {\n"
        + "\n".join(rows)
        + "\n};\n}  // namespace\n\n"
        "std::string_view embedded(std::string_view name) {\n"
        "  for (const auto& [key, text] : kFiles) {\n"
        "    if (key == name) return text;\n"
        "  }\n"
        "  return {};\n"
        "}\n"
        f"}}  // namespace {namespace}\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
