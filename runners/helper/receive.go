package main

import (
	"archive/tar"
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"syscall"
)

// The exit status of a receive that did not get everything: then no step has begun, and the pod can be made anew.
const incomplete = 90

// What comes over standard input: frames of a kind, four bytes of length (most significant first) and as many bytes.
const (
	frameTree    = 'w' // the workspace's tar stream goes on
	frameRecords = 'r' // what the starter reads
	frameOwn     = 'o' // four bytes with the number of a step with an image of its own, and what it reads
	frameEnd     = 'e' // everything has arrived
	largestFrame = 8 << 20
)

// receive writes the workspace and the records, and makes the pipes; it succeeds only when the end has arrived.
func receive(in io.Reader) error {
	if err := os.Chmod(shared, 0o1777); err != nil {
		return err
	}
	tree, feed := io.Pipe()
	unpacked := make(chan error, 1)
	go func() {
		err := unpack(tree)
		tree.CloseWithError(err) // the feeder does not wait for a reader that gave up
		unpacked <- err
	}()
	records, err := frames(bufio.NewReaderSize(in, 1<<16), feed)
	feed.CloseWithError(err)
	if failed := <-unpacked; failed != nil && err == nil {
		err = fmt.Errorf("cannot write the workspace: %w", failed)
	}
	if err != nil {
		return err
	}
	for _, pipe := range []string{"in", "out", "alive"} {
		if err := makePipe(pipe); err != nil {
			return err
		}
	}
	for number, own := range records.own {
		if err := makePipe("in-" + number); err != nil {
			return err
		}
		if err := os.WriteFile(private+"/own-"+number, own, 0o600); err != nil {
			return err
		}
	}
	if len(records.own) > 0 {
		program, err := os.ReadFile("/proc/self/exe")
		if err != nil {
			return err
		}
		if err := os.WriteFile(shared+"/step", program, 0o755); err != nil {
			return err
		}
	}
	return os.WriteFile(private+"/records", records.job, 0o600)
}

func makePipe(name string) error {
	if err := syscall.Mkfifo(shared+"/"+name, 0o666); err != nil && !errors.Is(err, syscall.EEXIST) {
		return err
	}
	return os.Chmod(shared+"/"+name, 0o666)
}

// What the shells read.
type received struct {
	job []byte
	own map[string][]byte
}

func frames(in *bufio.Reader, tree io.Writer) (received, error) {
	records := received{own: map[string][]byte{}}
	for {
		var head [5]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return records, errors.New("the server went away before everything had arrived")
		}
		length := int64(binary.BigEndian.Uint32(head[1:]))
		if length > largestFrame {
			return records, fmt.Errorf("a frame of %d bytes", length)
		}
		switch head[0] {
		case frameTree:
			if _, err := io.CopyN(tree, in, length); err != nil {
				return records, err
			}
		case frameRecords, frameOwn:
			part := make([]byte, length)
			if _, err := io.ReadFull(in, part); err != nil {
				return records, err
			}
			if head[0] == frameRecords {
				records.job = append(records.job, part...)
			} else if length < 4 {
				return records, errors.New("a frame for a step without its number")
			} else {
				records.own[fmt.Sprint(binary.BigEndian.Uint32(part))] = part[4:]
			}
		case frameEnd:
			return records, nil
		default:
			return records, fmt.Errorf("a frame of the unknown kind %q", head[0])
		}
	}
}

// unpack writes a tar stream below the workspace. No entry gets outside: the folder is opened once, and everything is made
// relative to it, through no symbolic link that leads out.
func unpack(in io.Reader) error {
	root, err := os.OpenRoot(workspace)
	if err != nil {
		return err
	}
	defer root.Close()
	entries := tar.NewReader(in)
	for {
		entry, err := entries.Next()
		if err == io.EOF {
			_, err = io.Copy(io.Discard, in)
			return err
		}
		if err != nil {
			return err
		}
		name := path.Clean(entry.Name)
		if name == "." {
			continue
		}
		if err := write(root, name, entry, entries); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
	}
}

func write(root *os.Root, name string, entry *tar.Header, content io.Reader) error {
	mode := os.FileMode(entry.Mode & 0o777)
	if folder := path.Dir(name); folder != "." {
		if err := root.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	switch entry.Typeflag {
	case tar.TypeDir:
		return root.MkdirAll(name, mode|0o700)
	case tar.TypeSymlink:
		return root.Symlink(entry.Linkname, name)
	case tar.TypeReg:
		file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode|0o600)
		if err != nil {
			return err
		}
		if _, err := io.Copy(file, content); err != nil {
			file.Close()
			return err
		}
		if err := file.Chmod(mode); err != nil {
			file.Close()
			return err
		}
		return file.Close()
	default:
		return fmt.Errorf("an entry of type %q", entry.Typeflag)
	}
}
