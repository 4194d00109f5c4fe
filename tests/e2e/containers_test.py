"""Tests whose services only a container engine can run, by podman: images and builds of a compose file, and
containers that tests start themselves (testcontainers-go). Whatever happens, none of them is left.
usage: containers_test.py CREMA
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent / "containers"
IMAGE = "localhost/crema-test-hello"
# Some machines refuse to raise limits, and crun their control groups.
SETTINGS = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
events_logger = "file"
"""


def podman(*words, environment):
    return subprocess.run(["podman", *words], env=environment, check=False, capture_output=True, text=True)


def containers_of(environment, since):
    """Containers that are there and were not before."""
    listed = podman("ps", "--all", "--format", "{{.Names}}", environment=environment).stdout.split()
    return [name for name in listed if name not in since]


def servers():
    """Processes of the image that are alive, by id."""
    alive = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and pathlib.Path("/proc", entry, "cmdline").read_bytes().startswith(b"/hello\0"):
                alive.append(int(entry))
        except OSError:
            pass
    return alive


def wait_until(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def prepare(folder, environment):
    shutil.copytree(REPOSITORY, folder)
    subprocess.run(["go", "build", "-o", "hello", "."], cwd=folder / "hello", check=True,
                   env={**environment, "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod"})
    built = podman("build", "--quiet", "--tag", IMAGE, "--file", str(folder / "hello/Containerfile"),
                   str(folder / "hello"), environment=environment)
    if built.returncode != 0:
        sys.exit(f"podman cannot build here:\n{built.stderr}")
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.com"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "All"]):
        subprocess.run([*git, *words], cwd=folder, check=True)


def main():
    crema = os.path.abspath(sys.argv[1])
    problems = []

    def expect(holds, what):
        if not holds:
            problems.append(what)

    with tempfile.TemporaryDirectory(prefix="crema-containers-") as name:
        environment = {**os.environ, "CONTAINERS_CONF": str(pathlib.Path(name, "containers.conf"))}
        for unwanted in ("DOCKER_HOST", "CREMA_EVIDENCE", "CREMA_RUN"):
            environment.pop(unwanted, None)
        pathlib.Path(name, "containers.conf").write_text(SETTINGS)
        folder = pathlib.Path(name, "repository")
        prepare(folder, environment)
        before = containers_of(environment, [])
        command = [crema, "test", "integration", "--no-race", "--no-cover", "--no-shuffle"]

        done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
        said = done.stdout + done.stderr
        expect(done.returncode == 0, f"ended with {done.returncode}")
        expect("2 tests: 2 passed" in said, "both tests should have passed")
        expect("absent: left out: the image localhost/crema-test-absent is not here" in said,
               "the image that is nowhere should be left out by name")
        expect(not containers_of(environment, before), f"left: {containers_of(environment, before)}")
        expect(not servers(), f"alive: {servers()}")

        with tempfile.TemporaryFile("w+") as output:
            running = subprocess.Popen(command, cwd=folder, env={**environment, "HANG": "1"}, stdout=output,
                                       stderr=subprocess.STDOUT)
            expect(wait_until(lambda: len(servers()) == 3, 60), "three servers should have come up")
            running.send_signal(signal.SIGKILL)
            running.wait()
        expect(wait_until(lambda: not servers(), 15), f"alive after SIGKILL: {servers()}")
        # What the engine still remembers of them goes when crema comes by again.
        done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
        said += done.stdout + done.stderr
        expect(done.returncode == 0, f"after SIGKILL it ended with {done.returncode}")
        left = [name for name in containers_of(environment, before) if name.startswith("crema-")]
        expect(not left, f"remembered: {left}")
        for container in containers_of(environment, before):
            podman("rm", "--force", container, environment=environment)
        podman("image", "rm", "--force", IMAGE, "localhost/crema-built", environment=environment)
    if problems:
        print(said[-6000:])
    for problem in problems:
        print(problem)
    print(f"containers: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
