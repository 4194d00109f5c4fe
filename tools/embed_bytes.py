"""Writes a C++ file that holds a file's bytes: embed_bytes.py NAMESPACE FUNCTION OUTPUT FILE"""
import pathlib
import sys


def main() -> None:
    namespace, function, output, name = sys.argv[1:]
    data = pathlib.Path(name).read_bytes()
    rows = [",".join(map(str, data[i : i + 64])) for i in range(0, len(data), 64)]
    pathlib.Path(output).write_text(
        "#include <string_view>\n\n"
        f"namespace {namespace} {{\n"
        "namespace {\n"
        "constexpr unsigned char kBytes[] = {\n" + ",\n".join(rows) + "};\n"
        "}  // namespace\n\n"
        f"std::string_view {function}();\n"
        f"std::string_view {function}() {{\n"
        f"  return {{reinterpret_cast<const char*>(kBytes), {len(data)}}};\n"
        "}\n"
        f"}}  // namespace {namespace}\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
