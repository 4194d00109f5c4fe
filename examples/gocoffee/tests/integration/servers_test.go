package integration

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

// environment is what the services run on: a PostgreSQL and a Redis, and their own binaries.
type environment struct{ databaseURL, redisURL, binaries string }

var (
	cleanups []func() // what TestMain undoes
	prepare  = sync.OnceValues(prepareEnvironment)

	errNoServers = errors.New("needs DATABASE_URL and REDIS_URL, or a Docker socket")
)

// findEnvironment skips the test where there are no servers, unless INTEGRATION=1 forbids it.
func findEnvironment(t *testing.T) environment {
	t.Helper()
	found, err := prepare()
	if errors.Is(err, errNoServers) && os.Getenv("INTEGRATION") != "1" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// prepareEnvironment takes the servers that DATABASE_URL and REDIS_URL name, or else starts both as
// containers where Docker is; and the binaries in BIN_DIR, or else builds them.
func prepareEnvironment() (found environment, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	found = environment{os.Getenv("DATABASE_URL"), os.Getenv("REDIS_URL"), os.Getenv("BIN_DIR")}
	if found.databaseURL == "" || found.redisURL == "" {
		if !hasDocker() {
			return found, errNoServers
		}
		if found.databaseURL, found.redisURL, err = startContainers(ctx); err != nil {
			return found, err
		}
	}
	if found.binaries != "" {
		return found, nil
	}
	if found.binaries, err = os.MkdirTemp("", "gocoffee-"); err != nil {
		return found, err
	}
	cleanups = append(cleanups, func() { _ = os.RemoveAll(found.binaries) })
	build := exec.CommandContext(ctx, "go", "build", "-C", "../..", "-buildvcs=false", "-o", found.binaries, "./services/...")
	if output, err := build.CombinedOutput(); err != nil {
		return found, fmt.Errorf("go build: %w\n%s", err, output)
	}
	return found, nil
}

func hasDocker() bool {
	if os.Getenv("DOCKER_HOST") != "" {
		return true
	}
	info, err := os.Stat("/var/run/docker.sock")
	return err == nil && info.Mode()&os.ModeSocket != 0
}

func startContainers(ctx context.Context) (databaseURL, redisURL string, err error) {
	// PostgreSQL says it twice: it restarts once its first start has created the database.
	database, err := startContainer(ctx, "postgres:15-alpine", "5432/tcp",
		wait.ForLog("ready to accept connections").WithOccurrence(2),
		map[string]string{"POSTGRES_USER": "gocoffee", "POSTGRES_PASSWORD": "gocoffee", "POSTGRES_DB": "gocoffee"})
	if err != nil {
		return "", "", err
	}
	cache, err := startContainer(ctx, "redis:7-alpine", "6379/tcp", wait.ForLog("Ready to accept connections"), nil)
	if err != nil {
		return "", "", err
	}
	return "postgres://gocoffee:gocoffee@" + database + "/gocoffee?sslmode=disable", "redis://" + cache + "/0", nil
}

// startContainer returns the host and port at which the container's port can be reached.
func startContainer(ctx context.Context, image, port string, ready wait.Strategy, env map[string]string) (string, error) {
	container, err := testcontainers.Run(ctx, image, testcontainers.WithExposedPorts(port),
		testcontainers.WithEnv(env), testcontainers.WithWaitStrategyAndDeadline(time.Minute, ready))
	if container != nil { // also when it started, but never became ready
		cleanups = append(cleanups, func() { _ = testcontainers.TerminateContainer(container) })
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", image, err)
	}
	return container.PortEndpoint(ctx, port, "")
}
