package integration

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const serviceKey = "integration-tests-only"

// process is a running service.
type process struct {
	url     string
	command *exec.Cmd
	ended   chan error

	mutex sync.Mutex
	log   bytes.Buffer
}

// start runs a service's real binary on a free port and returns once it listens.
func start(t *testing.T, binaries, name string, env ...string) *process {
	t.Helper()
	command := exec.Command(filepath.Join(binaries, name))
	command.Env = append(os.Environ(), append(env, "LISTEN_ADDR=127.0.0.1:0", "SERVICE_KEY="+serviceKey)...)
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{command: command, ended: make(chan error, 1)}
	listening := make(chan string, 1)
	go p.follow(output, listening)
	t.Cleanup(func() {
		_ = command.Process.Kill()
		if t.Failed() {
			t.Logf("%s logged:\n%s", name, p.logged())
		}
	})
	select {
	case addr := <-listening:
		p.url = "http://" + addr
	case err := <-p.ended:
		t.Fatalf("%s ended before it listened: %v\n%s", name, err, p.logged())
	case <-time.After(30 * time.Second):
		t.Fatalf("%s does not listen\n%s", name, p.logged())
	}
	return p
}

func (p *process) follow(output io.Reader, listening chan<- string) {
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		p.mutex.Lock()
		p.log.Write(append(lines.Bytes(), '\n'))
		p.mutex.Unlock()
		var entry struct{ Msg, Addr string }
		if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Msg == "listening" {
			listening <- entry.Addr
		}
	}
	p.ended <- p.command.Wait()
}

func (p *process) logged() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.log.String()
}

// terminate asks the service to end and returns how it did.
func (p *process) terminate(t *testing.T) error {
	t.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		return err
	case <-time.After(15 * time.Second):
		t.Fatal("the service does not end after SIGTERM")
		return nil
	}
}

type platform struct{ users, security, web *process }

func startPlatform(t *testing.T) platform {
	t.Helper()
	environment := findEnvironment(t)
	users := start(t, environment.binaries, "user-gateway", "DATABASE_URL="+environment.databaseURL, "STARTUP_TIMEOUT=5s")
	security := start(t, environment.binaries, "security-gateway", "REDIS_URL="+environment.redisURL, "RATE_LIMIT_LOGIN=3/1m")
	web := start(t, environment.binaries, "web-ui-backend", "USER_GATEWAY_URL="+users.url, "SECURITY_GATEWAY_URL="+security.url)
	return platform{users, security, web}
}

// client is one user of the platform's API.
type client struct {
	t     *testing.T
	base  string
	token string
}

// call sends a request, checks the answer's status, and decodes its body.
func (c *client) call(method, path, body string, want int, header ...string) map[string]any {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if response.StatusCode != want {
		c.t.Fatalf("%s %s: got %d %s, want %d", method, path, response.StatusCode, text, want)
	}
	var answer map[string]any
	if len(text) > 0 && text[0] == '{' {
		if err := json.Unmarshal(text, &answer); err != nil {
			c.t.Fatal(err)
		}
	}
	return answer
}
