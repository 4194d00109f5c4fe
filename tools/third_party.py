"""Fetches a source package of third_party/sources.txt from its registry, checks its hash, unpacks it.

usage: third_party.py NAME: prints the folder it is in. The folder is kept under the user's cache, so
that a second checkout needs no network. PIP_INDEX_URL names another index than pypi.org.
"""
import hashlib
import html.parser
import io
import os
import pathlib
import shutil
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
ATTEMPTS = 4


class Links(html.parser.HTMLParser):
    """The addresses that a page of the index leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.extend(value for name, value in attrs if name == "href" and value)


def read(url: str) -> bytes:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return answer.read()
        except (urllib.error.URLError, TimeoutError) as error:
            if attempt == ATTEMPTS or getattr(error, "code", 500) in (401, 403, 404):
                sys.exit(f"third_party: cannot fetch {url}: {error}")
            time.sleep(2**attempt)
    raise AssertionError


def fetch_pypi(name: str, version: str) -> bytes:
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
    page = f"{index}/{name}/"
    links = Links()
    links.feed(read(page).decode())
    wanted = {f"{name}-{version}.tar.gz", f"{name.replace('-', '_')}-{version}.tar.gz"}
    for link in links.found:
        url = urllib.parse.urljoin(page, link.split("#")[0])
        if pathlib.PurePosixPath(urllib.parse.urlparse(url).path).name in wanted:
            return read(url)
    sys.exit(f"third_party: {page} has no source package of version {version}")


def unpack(content: bytes, target: pathlib.Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extractall(folder, filter="data") if hasattr(tarfile, "data_filter") else archive.extractall(folder)
        (root,) = pathlib.Path(folder).iterdir()
        try:
            root.rename(target)
        except OSError:
            if not target.is_dir():
                raise
            shutil.rmtree(root)  # another build was quicker


def main() -> int:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    pins = [line.split() for line in (ROOT / "third_party/sources.txt").read_text().splitlines()]
    for name, version, registry, digest in pins:
        if name != sys.argv[1]:
            continue
        cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
        target = cache / "crema/third_party" / f"{name}-{version}-{digest[:12]}"
        if not target.is_dir():
            content = {"pypi": fetch_pypi}[registry](name, version)
            if hashlib.sha256(content).hexdigest() != digest:
                sys.exit(f"third_party: {name} {version} has another hash than sources.txt says")
            unpack(content, target)
        print(target)
        return 0
    sys.exit(f"third_party: {sys.argv[1]} is not in third_party/sources.txt")


if __name__ == "__main__":
    sys.exit(main())
