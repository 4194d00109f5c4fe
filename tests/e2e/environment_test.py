"""crema test integration on the services of a compose file: a Go service from its Dockerfile, a
migration that must end first, Redis where it is installed; all of it gone afterwards, also after
kill -9. usage: environment_test.py CREMA
"""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

API = """package main

import ("net/http"; "os"; "strings")

func main() {
	if len(os.Args) > 1 && os.Args[1] == "migrate" {
		if err := os.WriteFile(os.Getenv("STATE"), []byte("migrated"), 0o600); err != nil {
			panic(err)
		}
		return
	}
	state, _ := os.ReadFile(os.Getenv("STATE"))
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(strings.Join([]string{string(state), os.Getenv("MENU"), os.Getenv("CACHE")}, " ")))
	})
	panic(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
"""

DOCKERFILE = """FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /bin/api ./api
FROM scratch
COPY --from=build /bin/api /bin/api
ENTRYPOINT ["/bin/api"]
"""

COMPOSE = """services:
  cache:
    image: redis:7
    ports: ["6379"]
  migrate:
    build: .
    command: [migrate]
    environment: {STATE: "${STATE}"}
  api:
    build: .
    environment:
      STATE: ${STATE}
      PORT: "${API_PORT}"
      MENU: ${MENU:-latte}
      CACHE: redis://cache:6379
    ports: ["${API_PORT}:${API_PORT}"]
    depends_on:
      migrate: {condition: service_completed_successfully}
      cache: {condition: service_healthy}
  broker:
    image: confluentinc/cp-kafka:7.4.0
  consumer:
    build: .
    depends_on: [broker]
  tests:
    image: golang
    command: go test ./...
    environment:
      API_URL: http://api:${API_PORT}
      CACHE_URL: redis://cache:6379/1
"""

TEST = """package integration

import ("io"; "net/http"; "os"; "strings"; "testing"; "time")

func TestTheServiceAnswers(t *testing.T) {
	answer, err := http.Get(os.Getenv("API_URL"))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(answer.Body)
	words := strings.Fields(string(body))
	if len(words) != 3 || words[0] != "migrated" || words[1] != "latte" || !strings.HasPrefix(words[2], "redis://127.0.0.1:") {
		t.Fatalf("the service says %q", body)
	}
	if !strings.HasPrefix(os.Getenv("CACHE_URL"), "redis://127.0.0.1:") {
		t.Fatal(os.Getenv("CACHE_URL"))
	}
	if os.Getenv("WAIT") != "" {
		time.Sleep(time.Minute)
	}
}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_repository(folder: pathlib.Path) -> None:
    for name, text in {"api/main.go": API, "Dockerfile": DOCKERFILE, "docker-compose.test.yml": COMPOSE,
                       "tests/integration/api_test.go": TEST,
                       "go.mod": "module example.org/shop\n\ngo 1.20\n"}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def processes_with(word: str) -> list[str]:
    """Processes that have the word in their environment: those that were started for this test."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and word.encode() in pathlib.Path("/proc", entry, "environ").read_bytes():
                found.append(pathlib.Path("/proc", entry, "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            pass
    return found


def expect(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)


def run_to_the_end(crema: str, folder: pathlib.Path, environment: dict) -> None:
    run = subprocess.run([crema, "test", "integration", "--no-race"], cwd=folder, text=True, env=environment,
                         stdin=subprocess.DEVNULL, capture_output=True, check=False)
    said = run.stdout + run.stderr
    expect(run.returncode == 0, f"ended with {run.returncode}:\n{said}")
    for line in ("migrate: done after", "api: api runs on port", "cache: Redis runs on port",
                 "tests get the environment of service tests", "1 test: 1 passed",
                 "broker: left out: the image confluentinc/cp-kafka:7.4.0 ", "consumer: left out: it depends on broker"):
        expect(line in said, f"{line!r} is not said in:\n{said}")


def be_killed(crema: str, folder: pathlib.Path, environment: dict, port: int) -> None:
    run = subprocess.Popen([crema, "test", "integration", "--no-race"], cwd=folder,
                           env={**environment, "WAIT": "1"}, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    time.sleep(0.5)
    run.send_signal(signal.SIGKILL)
    run.wait()
    deadline = time.monotonic() + 5
    while processes_with(str(folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = processes_with(str(folder))
    expect(not left, f"alive 5 s after kill -9: {left}")


def find_a_taken_port(crema: str, folder: pathlib.Path, environment: dict, port: int) -> None:
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", port))
        holder.listen()
        run = subprocess.run([crema, "test", "integration", "--no-race"], cwd=folder, text=True,
                             env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    said = run.stdout + run.stderr
    expect(run.returncode == 1, f"with a taken port it ended with {run.returncode}:\n{said}")
    expect(f"port {port} is taken by" in said, f"who has the port is not said in:\n{said}")


def main() -> int:
    crema = os.path.abspath(sys.argv[1])
    if not shutil.which("redis-server") or not shutil.which("go"):
        print("skipped: needs redis-server and go")
        return 0
    with tempfile.TemporaryDirectory(prefix="crema-environment-test-") as name:
        folder = pathlib.Path(name)
        make_repository(folder)
        port = free_port()
        environment = {**os.environ, "STATE": str(folder / "state"), "API_PORT": str(port)}
        try:
            run_to_the_end(crema, folder, environment)
            expect(not processes_with(name), f"still alive: {processes_with(name)}")
            be_killed(crema, folder, environment, port)
            find_a_taken_port(crema, folder, environment, port)
        except AssertionError as problem:
            print(problem)
            return 1
    print("3 runs passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
