package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

const (
	part = 16 << 20
	// what is kept though a server has it, since it may die before it has stored it
	kept = 64 << 20
	// how much may wait for a server; then the steps are held back
	most = 512 << 20
)

// A spool is a stream on disk, in parts, of which the oldest go when they are not needed any more.
type spool struct {
	folder string

	lock   sync.Mutex
	room   sync.Cond
	grown  chan struct{} // closed, and another one made, when something has come
	first  int64         // what is before it is gone
	length int64
	have   int64 // what a server has
	ended  bool
	last   *os.File
}

func openSpool(folder string) (*spool, error) {
	s := &spool{folder: folder, grown: make(chan struct{})}
	s.room.L = &s.lock
	return s, os.MkdirAll(folder, 0o700)
}

func (s *spool) path(offset int64) string {
	return fmt.Sprintf("%s/%012d", s.folder, offset/part)
}

// append keeps bytes; it waits while too much of what is there waits for a server.
func (s *spool) append(bytes []byte) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	for len(bytes) > 0 {
		for s.length-s.have >= most {
			s.room.Wait()
		}
		if s.last == nil || s.length%part == 0 {
			if s.last != nil {
				s.last.Close()
			}
			file, err := os.OpenFile(s.path(s.length), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
			if err != nil {
				return err
			}
			s.last = file
		}
		n, err := s.last.Write(bytes[:min(int64(len(bytes)), part-s.length%part)])
		s.length += int64(n)
		bytes = bytes[n:]
		s.wake()
		if err != nil {
			s.lock.Unlock()
			time.Sleep(time.Second) // the disk is full: the steps are held back, and nothing of theirs is lost
			s.lock.Lock()
		}
	}
	return nil
}

func (s *spool) wake() {
	close(s.grown)
	s.grown = make(chan struct{})
}

func (s *spool) end() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.ended = true
	s.wake()
}

// state tells what is there, and a channel that is closed when there is more.
func (s *spool) state() (grown <-chan struct{}, length int64, ended bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.grown, s.length, s.ended
}

func (s *spool) begin() int64 {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.first
}

// acked is told what a server has.
func (s *spool) acked(offset int64) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.have = max(s.have, min(offset, s.length))
	for s.first+part <= s.have-kept {
		os.Remove(s.path(s.first))
		s.first += part
	}
	s.room.Broadcast()
}

// read gives up to length bytes from an offset that is there.
func (s *spool) read(offset int64, length int) ([]byte, error) {
	file, err := os.Open(s.path(offset))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	bytes := make([]byte, min(int64(length), part-offset%part))
	n, err := file.ReadAt(bytes, offset%part)
	if n > 0 {
		err = nil
	}
	return bytes[:n], err
}
