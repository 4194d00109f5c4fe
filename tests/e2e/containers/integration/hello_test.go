package integration

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

func says(t *testing.T, url, want string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	if !strings.Contains(string(text), want) {
		t.Fatalf("%s says %q, not %q", url, text, want)
	}
}

// The test starts its own, and leaves it to whoever comes after it.
func TestOwnContainer(t *testing.T) {
	ctx := context.Background()
	container, err := testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{
		ContainerRequest: testcontainers.ContainerRequest{
			Image:        "localhost/crema-test-hello",
			ExposedPorts: []string{"9191/tcp"},
			Env:          map[string]string{"WHO": "container", "PORT": "9191"},
			WaitingFor:   wait.ForHTTP("/").WithPort("9191/tcp"),
		},
		Started: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	url, err := container.Endpoint(ctx, "http")
	if err != nil {
		t.Fatal(err)
	}
	says(t, url, "hello container")
}

// Services of the compose file that no program of this machine stands for.
func TestComposeServices(t *testing.T) {
	says(t, os.Getenv("IMAGE_URL"), "hello image")
	says(t, os.Getenv("BUILT_URL"), "hello built")
	if os.Getenv("HANG") != "" {
		time.Sleep(time.Hour)
	}
}
