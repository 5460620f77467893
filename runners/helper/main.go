// Command helper stands beside a job's steps in a pod: `receive` fills the workspace before they begin, `serve` hands them their
// scripts and keeps what they print until a server has read it, `step` stands in front of a step with an image of its own. It is all
// that Slipway's helper image holds.
package main

import (
	"fmt"
	"os"
)

// Where the pod mounts things.
const (
	workspace = "/workspace"
	// shared with the steps: the pipes, the file by which their user shows, and this program for steps with images of their own
	shared = "/run/slipway"
	// the helper's own
	private = "/slipway"
)

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "receive":
		finish(receive(os.Stdin))
	case len(os.Args) == 2 && os.Args[1] == "serve":
		finish(serve(os.Stdin, os.Stdout, false))
	case len(os.Args) == 3 && os.Args[1] == "serve" && os.Args[2] == "wait":
		finish(serve(os.Stdin, os.Stdout, true))
	case len(os.Args) == 4 && os.Args[1] == "step":
		step(os.Args[2], os.Args[3])
	default:
		fmt.Fprintln(os.Stderr, "usage: helper receive | serve [wait] | step NUMBER SCRIPT")
		os.Exit(2)
	}
}

func finish(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "slipway:", err)
		os.Exit(incomplete)
	}
	os.Exit(0)
}
