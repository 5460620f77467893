package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// step waits for the records of a step with an image of its own, becomes the user to whom the workspace belongs, and runs the script on
// them with a shell of that image. It returns only when it could not.
func step(number, script string) {
	code, err := become(number, script)
	fmt.Fprintln(os.Stderr, "slipway:", err)
	os.Exit(code)
}

func become(number, script string) (int, error) {
	in, err := os.OpenFile(shared+"/in-"+number, os.O_RDONLY, 0)
	if err != nil {
		return incomplete, err
	}
	// Byte by byte: what follows the line is the script's.
	var line strings.Builder
	for one := make([]byte, 1); ; {
		if _, err := io.ReadFull(in, one); err != nil {
			return incomplete, err
		}
		if one[0] == '\n' {
			break
		}
		line.WriteByte(one[0])
	}
	var uid, gid int
	if _, err := fmt.Sscanf(line.String(), "%d %d", &uid, &gid); err != nil {
		return incomplete, err
	}
	out, err := os.OpenFile(shared+"/out", os.O_WRONLY, 0)
	if err != nil {
		return incomplete, err
	}
	env := os.Environ()
	if uid != 0 || gid != 0 {
		if err := syscall.Setgroups([]int{}); err != nil {
			return incomplete, err
		}
		if err := syscall.Setgid(gid); err != nil {
			return incomplete, err
		}
		if err := syscall.Setuid(uid); err != nil {
			return incomplete, err
		}
		env = append(env, "HOME=/")
	}
	for file, target := range map[*os.File]int{in: 0, out: 1} {
		if err := syscall.Dup3(int(file.Fd()), target, 0); err != nil {
			return incomplete, err
		}
	}
	err = syscall.Exec("/bin/sh", []string{"/bin/sh", "-c", script}, env)
	fmt.Fprintln(out, "slipway: the image of this step has no /bin/sh: use an image with a shell")
	return 127, err
}
