// Says hello on $PORT, to $WHO; with "wait" it ends well once the server at $FOR answers.
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "wait" {
		for i := 0; i < 100; i++ {
			if answer, err := http.Get(os.Getenv("FOR")); err == nil {
				answer.Body.Close()
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		os.Exit(1)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "hello", os.Getenv("WHO"))
	})
	fmt.Println("listening on", os.Getenv("PORT"))
	if err := http.ListenAndServe(":"+os.Getenv("PORT"), nil); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
