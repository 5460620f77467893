package main

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// how much is sent before a server has said that it has it
	window = 1 << 20
	// the longest frame
	piece = 32 << 10
)

// A request of a server: the session is a word of its own, by which it knows its frames again.
type request struct {
	verb    string // follow, ack, begin or ended
	session string
	offset  int64
}

// serve hands the records over as soon as the steps' container reads them, keeps what it prints and sends it to the server that asked
// last, from the byte that it asked for. It ends with its pod: who takes the job over after its end finds everything too.
// With wait, the steps begin when a server says so.
//
// Requests are lines of `VERB SESSION OFFSET`; frames are a line of 0x01, `SESSION KIND OFFSET LENGTH`, and as many bytes. KIND is data,
// gap (what is before the offset is not kept any more) or end (nothing comes after the offset).
func serve(in io.Reader, out io.Writer, wait bool) error {
	// Asked to end when the pod's time is over: what the steps printed is still sent.
	signal.Ignore(syscall.SIGTERM)
	store, err := openSpool(private + "/spool")
	if err != nil {
		return err
	}
	s := &sender{out: out, store: store, begin: make(chan struct{}), stepsEnded: make(chan struct{})}
	if !wait {
		close(s.begin)
		s.begun = true
	}
	if _, err := os.Stat(private + "/records"); err == nil {
		go handOver(s.begin)
	}
	go keep(store, s.stepsEnded)
	requests := make(chan request)
	go read(in, requests)
	return s.run(requests)
}

// handOver waits for the steps' container, gives its user the workspace, and writes the records into the pipes that are read.
func handOver(begin <-chan struct{}) {
	me := shared + "/me"
	var found syscall.Stat_t
	for syscall.Lstat(me, &found) != nil {
		time.Sleep(10 * time.Millisecond)
	}
	if found.Uid != 0 || found.Gid != 0 {
		filepath.WalkDir(workspace, func(path string, _ fs.DirEntry, err error) error {
			if err == nil {
				err = os.Lchown(path, int(found.Uid), int(found.Gid))
			}
			return err
		})
	}
	<-begin
	owns, _ := filepath.Glob(private + "/own-*")
	for _, own := range owns {
		number := strings.TrimPrefix(own, private+"/own-")
		if hand(own, "in-"+number, fmt.Appendf(nil, "%d %d\n", found.Uid, found.Gid)) != nil {
			return
		}
	}
	os.Remove(me)
	hand(private+"/records", "in", nil)
}

// hand writes a file into a pipe, as soon as that is read, and removes both.
func hand(file, pipe string, first []byte) error {
	records, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	to, err := os.OpenFile(shared+"/"+pipe, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer to.Close()
	os.Remove(file)
	os.Remove(shared + "/" + pipe)
	_, err = to.Write(append(first, records...))
	clear(records)
	return err
}

// keep moves what the steps print from their pipe into the spool, until they have ended: until nobody holds the other pipe that their
// container opened, or a server says so. Steps with images of their own hold the first one too, some for longer.
func keep(store *spool, stepsEnded <-chan struct{}) {
	defer store.end()
	pipe, err := os.OpenFile(shared+"/out", os.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	go func() {
		over := make(chan struct{})
		go func() {
			if alive, err := os.OpenFile(shared+"/alive", os.O_RDONLY, 0); err == nil {
				io.Copy(io.Discard, alive)
				close(over)
			}
		}()
		select {
		case <-over:
		case <-stepsEnded:
		}
		pipe.SetReadDeadline(time.Now())
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := pipe.Read(buffer)
		if n > 0 && store.append(buffer[:n]) != nil {
			return
		}
		if err != nil {
			break
		}
	}
	// What is in the pipe still.
	pipe.SetReadDeadline(time.Time{})
	raw, err := pipe.SyscallConn()
	if err != nil {
		return
	}
	raw.Read(func(fd uintptr) bool {
		for {
			n, err := syscall.Read(int(fd), buffer)
			if err == syscall.EINTR {
				continue
			}
			if n <= 0 || store.append(buffer[:n]) != nil {
				return true
			}
		}
	})
}

func read(in io.Reader, requests chan<- request) {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) != 3 {
			continue
		}
		if offset, err := strconv.ParseInt(words[2], 10, 64); err == nil && offset >= 0 {
			requests <- request{words[0], words[1], offset}
		}
	}
}

type sender struct {
	out     io.Writer
	store   *spool
	session string
	next    int64
	acked   int64
	told    bool

	begin      chan struct{} // closed when the steps may begin
	begun      bool
	stepsEnded chan struct{} // closed when a server says that they have ended
	over       bool
}

func (s *sender) run(requests <-chan request) error {
	for {
		grown, end, ended := s.store.state()
		var wake <-chan struct{}
		switch {
		case s.session == "":
			wake = nil
		case s.next < end && s.next-s.acked < window:
			if err := s.send(end); err != nil {
				return err
			}
			select {
			case r := <-requests:
				s.take(r)
			default:
			}
			continue
		case s.next >= end && ended && !s.told:
			s.told = true
			if err := s.frame("end", end, nil); err != nil {
				return err
			}
		case s.next >= end:
			wake = grown
		}
		select {
		case r := <-requests:
			s.take(r)
		case <-wake:
		}
	}
}

func (s *sender) take(r request) {
	switch {
	case r.verb == "follow":
		s.session, s.next, s.acked, s.told = r.session, r.offset, r.offset, false
	case r.session != s.session:
		// of a server that another one followed
	case r.verb == "ack":
		s.acked = max(s.acked, r.offset)
		s.store.acked(s.acked)
	case r.verb == "begin" && !s.begun:
		s.begun = true
		close(s.begin)
	case r.verb == "ended" && !s.over:
		s.over = true
		close(s.stepsEnded)
	}
}

func (s *sender) send(end int64) error {
	if first := s.store.begin(); s.next < first {
		s.next = first
		if err := s.frame("gap", first, nil); err != nil {
			return err
		}
	}
	bytes, err := s.store.read(s.next, int(min(piece, end-s.next)))
	if err != nil {
		return err
	}
	if err := s.frame("data", s.next, bytes); err != nil {
		return err
	}
	s.next += int64(len(bytes))
	return nil
}

func (s *sender) frame(kind string, offset int64, bytes []byte) error {
	frame := fmt.Appendf(nil, "\x01%s %s %d %d\n", s.session, kind, offset, len(bytes))
	_, err := s.out.Write(append(frame, bytes...))
	return err
}
