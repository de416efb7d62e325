package main_test

import (
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// deadline is when a test gives up.
func deadline() time.Time { return time.Now().Add(patience) }

const withMetrics = "listen: tcp://127.0.0.1:0\nmetrics: 127.0.0.1:0\n"

func TestMetricsAndHealth(t *testing.T) {
	p, _ := startFile(t, withMetrics)
	s := join(t, p.url("tcp"), "realm1").welcomed()
	s.lives()
	for _, want := range []string{
		`wampkit_sessions{realm="realm1"} 1`, `wampkit_calls_total{outcome="refused",realm="realm1"} 1`,
		`wampkit_messages_received_total{realm="realm1",type="CALL"} 1`, "wampkit_sessions_opened_total 1", "go_goroutines", "process_open_fds",
	} {
		p.eventually(want, func() bool {
			_, body := p.get("/metrics")
			return strings.Contains(body, want)
		})
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/debug/pprof/": 404, "/": 404} {
		if status, body := p.get(path); status != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	// While it says GOODBYE it is alive, and not ready.
	p.cmd.Process.Signal(syscall.SIGTERM)
	s.receive() // GOODBYE, which is not answered
	if status, _ := p.get("/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("/readyz while draining: %d", status)
	}
	if status, _ := p.get("/healthz"); status != 200 {
		t.Errorf("/healthz while draining: %d", status)
	}
	p.exit(0)
}

func TestTheProfilerIsServedWhenAskedFor(t *testing.T) {
	p, _ := startFile(t, withMetrics+"pprof: true\n")
	if status, body := p.get("/debug/pprof/"); status != 200 || !strings.Contains(body, "goroutine") {
		t.Errorf("%d %s", status, body)
	}
}

// TestEveryMetricIsDocumented compares the table of the document with what is served.
func TestEveryMetricIsDocumented(t *testing.T) {
	content, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, match := range regexp.MustCompile("(?m)^\\| `(wamp[a-z_]+)").FindAllStringSubmatch(string(content), -1) {
		documented[match[1]] = true
	}
	p, _ := startFile(t, withMetrics)
	s := join(t, p.url("tcp"), "realm1").welcomed()
	s.lives()
	served := map[string]bool{"wampkit_events_dropped_by_topic_total": true} // only when there are any
	p.eventually("calls are counted", func() bool {
		_, body := p.get("/metrics")
		for _, match := range regexp.MustCompile(`(?m)^# TYPE (wamp[a-z_]+) `).FindAllStringSubmatch(body, -1) {
			served[match[1]] = true
		}
		return served["wampkit_messages_sent_total"]
	})
	for name := range served {
		if !documented[name] {
			t.Errorf("%s is served and not documented", name)
		}
	}
	for name := range documented {
		if !served[name] {
			t.Errorf("%s is documented and not served", name)
		}
	}
}

func TestDangersAreToldOnStart(t *testing.T) {
	p, _ := startFile(t, "listen: tcp://0.0.0.0:0\nlog: {level: error}\n")
	p.logged("wamprouter: WARNING: ")
	p.logged("lets everybody who reaches the router do everything")
	p.logged("(and 1 more, see the log or wamprouter check)")
	p, _ = startFile(t, "listen: tcp://127.0.0.1:0\n")
	p.logged("serving")
	if strings.Contains(p.logs.String(), "WARN") {
		t.Errorf("got %s", p.logs)
	}
}

func TestLogsInJSON(t *testing.T) {
	p, _ := startFile(t, "listen: tcp://127.0.0.1:0\nlog: {format: json, level: debug}\n")
	join(t, p.url("tcp"), "realm1").welcomed()
	p.logged(`"msg":"session opened"`)
	p.logged(`"realm":"realm1"`)
	conn, err := net.Dial("tcp", strings.Trim(strings.TrimPrefix(p.url("tcp"), "tcp://"), "/"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.Write([]byte{0x7f, 0xF1, 0, 0, 0, 0, 0, 2, '[', '['})
	p.logged(`"msg":"protocol violation"`)
}
