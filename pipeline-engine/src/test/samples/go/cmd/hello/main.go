package main

import (
	"fmt"
	"net/http"
	"os"

	"rsc.io/quote"
)

func main() {
	page, err := os.ReadFile("page.txt")
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(answer, "%s, %s", page, quote.Hello())
	})
	panic(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}
