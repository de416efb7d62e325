package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"
)

// The parent starts children of its own executable and speaks to them in
// lines: a child says "ready ADDR", a driver says "started" when its warm-up
// is over and then its outcome as JSON; "usage" asks any child for its
// [usage]. A child ends when its standard input does.

const childEnv = "WAMPKIT_BENCH_CHILD"

// profileEnv names a folder that each process then writes a CPU profile to.
const profileEnv = "WAMPKIT_BENCH_PROFILES"

// assignment is what a child is to be.
type assignment struct {
	Role     string   `json:"role"` // "router", "callee" or "driver"
	Addr     string   `json:"addr,omitempty"`
	Scenario scenario `json:"scenario"`
	// Profile is the file that the child writes its CPU profile to, if not empty.
	Profile string `json:"profile,omitempty"`
}

// usage is what a process has consumed since it began.
type usage struct {
	CPU     time.Duration `json:"cpu"`     // user and system time; 0 where the system does not tell
	Mallocs uint64        `json:"mallocs"` // heap objects allocated
	RSS     int64         `json:"rss"`     // resident memory in octets, now; 0 where the system does not tell
}

func (u usage) since(before usage) usage {
	return usage{CPU: u.CPU - before.CPU, Mallocs: u.Mallocs - before.Mallocs, RSS: u.RSS - before.RSS}
}

func ready(addr string) { fmt.Println("ready", addr) }
func started()          { fmt.Println("started") }

// runChild is the main function of a child process.
func runChild(encoded string) error {
	var a assignment
	if err := json.Unmarshal([]byte(encoded), &a); err != nil {
		return err
	}
	stopProfile, err := startProfile(a.Profile)
	if err != nil {
		return err
	}
	go answerParent(stopProfile)
	switch s := a.Scenario; a.Role {
	case "router":
		if s.Stack.isRelay() {
			return runRelay(s)
		}
		return runRouter()
	case "callee":
		if s.Stack.isRelay() {
			return runFloorCallee(a.Addr, s)
		}
		return runCallee(a.Addr, s)
	default:
		result, err := drive(a.Addr, s)
		if err != nil {
			return err
		}
		if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
			return err
		}
		select {} // until the parent has read it
	}
}

// startProfile writes a CPU profile to the file until stop is called.
func startProfile(file string) (stop func(), err error) {
	if file == "" {
		return func() {}, nil
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	return pprof.StopCPUProfile, pprof.StartCPUProfile(f)
}

// answerParent tells the parent what it asks for, and ends the process with it.
func answerParent(atExit func()) {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		json.NewEncoder(os.Stdout).Encode(usage{CPU: processCPU(), Mallocs: mem.Mallocs, RSS: residentMemory()})
	}
	atExit()
	os.Exit(0)
}

func drive(addr string, s scenario) (outcome, error) {
	switch s.Kind {
	case burst:
		return driveBurst(addr, s)
	case idle:
		return driveIdle(addr, s)
	}
	type driver func(string, scenario) (outcome, error)
	drivers := map[kind][2]driver{
		rpc:     {driveFloorCalls, driveCalls},
		latency: {driveFloorLatency, driveLatency},
		fanout:  {driveFloorEvents, driveEvents},
	}
	if s.Stack.isRelay() {
		return drivers[s.Kind][0](addr, s)
	}
	return drivers[s.Kind][1](addr, s)
}

// child is the parent's hold on a child process.
type child struct {
	role  string
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines *bufio.Scanner
}

func startChild(a assignment) (*child, error) {
	if dir := os.Getenv(profileEnv); dir != "" {
		a.Profile = filepath.Join(dir, fmt.Sprintf("%s-%s.pprof", a.Scenario.Stack, a.Role))
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childEnv+"="+string(encoded))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &child{role: a.Role, cmd: cmd, stdin: stdin, lines: bufio.NewScanner(stdout)}, nil
}

// line is the next line the child says.
func (c *child) line() (string, error) {
	if !c.lines.Scan() {
		return "", fmt.Errorf("the %s process ended early: %v", c.role, c.lines.Err())
	}
	return c.lines.Text(), nil
}

func (c *child) awaitReady() (addr string, err error) {
	line, err := c.line()
	if err != nil {
		return "", err
	}
	fmt.Sscanf(line, "ready %s", &addr)
	return addr, nil
}

func (c *child) usage() (usage, error) {
	var u usage
	fmt.Fprintln(c.stdin, "usage")
	return u, c.decode(&u)
}

func (c *child) decode(into any) error {
	line, err := c.line()
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(line), into)
}

func (c *child) stop() {
	c.stdin.Close()
	kill := time.AfterFunc(5*time.Second, func() { c.cmd.Process.Kill() })
	defer kill.Stop()
	c.cmd.Wait()
}
