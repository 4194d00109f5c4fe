"""The report of a run that went wrong in every way, in Chromium: a repository is made, tested twice by a
workflow (all well; then failures, hostile text, a million lines of log), and reported; the page's own
tests, web/tests/page, open it. usage: report_test.py CREMA [--stage FOLDER] [--keep FILE]
"""
import argparse
import base64
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LINES = 1_000_000

FILES = {
    "go.mod": "module example.com/coffee\n\ngo 1.21\n",
    "services/menu/menu.go": """package menu

// Price in cents; a large one costs half a euro more.
func Price(coffee string, large bool) int {
	price := 250
	if coffee == "cortado" {
		price = 300
	}
	if large {
		return price + 50
	}
	return price
}

func Discount(cents, percent int) int {
	if percent > 100 {
		return 0
	}
	return cents - cents*percent/100
}
""",
    "services/menu/menu_test.go": """package menu

import ("os"; "testing")

func TestPrices(t *testing.T) {
	for _, coffee := range []string{"espresso", "cortado"} {
		t.Run(coffee, func(t *testing.T) {
			want := 250
			if coffee == "cortado" {
				want = 300
			}
			if os.Getenv("WRONG") != "" && coffee == "cortado" {
				t.Log("</script><img src=x onerror=window.owned=1>")
				t.Errorf("%d cents, want 350", Price(coffee, false))
			} else if got := Price(coffee, false); got != want {
				t.Errorf("%d cents, want %d", got, want)
			}
		})
	}
}

func TestLater(t *testing.T) { t.Skip("next week") }
""",
    "crema.yml": """gate:
  coverage: {service: 80%}
  tests: {failed: 0}
""",
    ".github/workflows/all.yml": r"""name: All <b>of</b> it
on: push
jobs:
  unit:
    name: Unit tests <img src=x onerror=window.owned=1>
    runs-on: ubuntu-latest
    env: { WRONG: "${{ vars.WRONG }}" }
    steps:
      - uses: actions/checkout@v4
      - run: crema test unit --no-race
  noise:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: |
          cat evidence/*.jsonl > evidence.jsonl
          mkdir -p "$CREMA_EVIDENCE" && cp evidence.jsonl "$CREMA_EVIDENCE/"
      - uses: actions/upload-artifact@v4
        with: { name: shots, path: shots }
      - run: |
          echo "::group::</script><script>window.owned=1</script>"
          printf '\033[1;31mred\033[0m <!-- </style>\n'
          echo "::endgroup::"
          echo "::error file=services/menu/menu.go,line=4,title=<i>odd</i>::</script><img src=x onerror=window.owned=1>"
          printf '## Beans <img src=x onerror=window.owned=1>\n\n[a](javascript:window.owned=1)\n' >> "$GITHUB_STEP_SUMMARY"
          awk 'BEGIN { for (i = 1; i <= ${{ vars.LINES }}; i++) print (i == ${{ vars.LINES }} / 2 ? "the only needle" : "grinding bean " i " of many, evenly") }'
  deploy:
    needs: [unit, noise]
    runs-on: ubuntu-latest
    steps: [{ run: echo never }]
""",
    "evidence/journeys.jsonl": '{"schema":1,"kind":"test_suite","name":"guest.spec.ts","framework":"playwright",'
    '"part":"e2e","outcome":"failed","cases":[{"name":"a guest orders","outcome":"failed","message":"no button",'
    '"attachments":[{"name":"screenshot","type":"image/png","path":"shots/guest.png"},'
    '{"name":"trace","type":"application/zip","path":"shots/trace.zip"}]}]}\n',
    "evidence/scan.jsonl": '{"schema":1,"kind":"scan","scanner":"secrets","version":"1","findings":[{"rule":"key",'
    '"rule_name":"A key <img src=x onerror=window.owned=1>","severity":"critical","state":"new","message":"</script>'
    '<script>window.owned=1</script>","help_uri":"javascript:window.owned=1",'
    '"locations":[{"path":"services/menu/menu.go","line":4}]}]}\n',
    "evidence/load.jsonl": '{"schema":1,"kind":"load_run","script":"rush.js","duration":30,"requests":30000,'
    '"failed":12,"requests_per_second":1000,"percentiles":{"p50":0.01,"p95":0.12,"p99":0.3},'
    '"thresholds":[{"metric":"http_req_duration","condition":"p(95)<100"}]}\n',
}


def picture():
    """A PNG of 8 by 8 brown pixels."""
    def chunk(kind, data):
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))
    rows = b"".join(b"\0" + b"\x7a\x4a\x24" * 8 for _ in range(8))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def make_repository(folder):
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "shots").mkdir()
    (folder / "shots/guest.png").write_bytes(picture())
    (folder / "shots/trace.zip").write_bytes(base64.b64decode("UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="))
    (folder / ".gitignore").write_text("/.crema/\n")
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.com"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "All"]):
        subprocess.run([*git, *words], cwd=folder, check=True)


def run(crema, folder, wanted, *settings):
    words = [word for setting in settings for word in ("--var", setting)]
    done = subprocess.run([crema, "run", ".github/workflows/all.yml", *words], cwd=folder, check=False,
                          capture_output=True, text=True)
    if done.returncode != wanted:
        sys.exit(f"`crema run` ended with {done.returncode}, not {wanted}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("crema", type=pathlib.Path)
    parser.add_argument("--stage", help="where the page's packages and tests are put")
    parser.add_argument("--keep", help="where the report is to stay")
    given = parser.parse_args()
    crema = given.crema.resolve()
    stage = given.stage or crema.parent.parent / "web-test"
    with tempfile.TemporaryDirectory(prefix="crema-report-") as name:
        folder = pathlib.Path(name, "coffee")
        make_repository(folder)
        run(crema, folder, 0, "LINES=10")
        run(crema, folder, 1, f"LINES={LINES}", "WRONG=yes")
        page = pathlib.Path(name, "report.html")
        subprocess.run([crema, "report", "--output", page], cwd=folder, check=True)
        if given.keep:
            shutil.copy(page, given.keep)
        checked = subprocess.run([sys.executable, ROOT / "tools/web.py", "--stage", stage, "page", "page/report.test"],
                                 env={**os.environ, "REPORT": str(page), "LINES": str(LINES)}, check=False)
        return checked.returncode


if __name__ == "__main__":
    sys.exit(main())
