// An https client that refuses revoked certificates, with Go's own TLS and ./crlite:
//
//	go build && ./client https://localhost/ /etc/ssl/certs/ca-certificates.crt [SNAPSHOT]
//
// Exit status: 0 served, 1 not.
package main

import (
	"client/crlite"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	if len(os.Args) < 3 {
		log.Fatal("client: wanted a URL and a file with root certificates")
	}
	snapshot := "/var/lib/crlite/snapshot"
	if len(os.Args) > 3 {
		snapshot = os.Args[3]
	}
	store, err := crlite.Open(snapshot)
	if err != nil {
		log.Fatal(err)
	}
	pem, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	client := http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, VerifyConnection: store.VerifyConnection},
	}}
	answer, err := client.Get(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(os.Stdout, answer.Body); err != nil {
		log.Fatal(err)
	}
}
