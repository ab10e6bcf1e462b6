// explain.go - a server in Go that says why it cannot start
//
// go build explain.go && ./explain 127.0.0.1:8080
package main

/*
#cgo pkg-config: inuse
#include <stdlib.h>
#include <inuse/inuse.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"unsafe"
)

// why asks for an address: the socket that failed is closed already.
func why(address string) string {
	target := C.CString(address)
	defer C.free(unsafe.Pointer(target))
	var answers *C.struct_inuse_answers
	if n := C.inuse_why(target, nil, &answers); n < 1 {
		return C.GoString(C.inuse_error_text(n))
	}
	defer C.inuse_answers_free(answers)
	return C.GoString(C.inuse_answer_text(C.inuse_answers_get(answers, 0)))
}

func main() {
	address := "127.0.0.1:8080"
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	listener, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		fmt.Fprint(os.Stderr, why(address))
		os.Exit(1)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	listener.Close()
}
