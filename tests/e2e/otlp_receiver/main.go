// Takes OTLP metrics over gRPC and HTTP, with the messages and servers that the projects themselves
// publish. The first line it prints has its addresses, each line after that one request as JSON. With
// the files of a certificate and its key as arguments it speaks TLS and asks for a certificate.
package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"

	metrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

type server struct {
	metrics.UnimplementedMetricsServiceServer
	lock sync.Mutex
}

func (s *server) write(kind string, header string, request *metrics.ExportMetricsServiceRequest) {
	text, err := protojson.Marshal(request)
	if err != nil {
		panic(err)
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	fmt.Printf("{\"by\":%q,\"key\":%q,\"request\":%s}\n", kind, header, text)
}

func (s *server) Export(ctx context.Context, request *metrics.ExportMetricsServiceRequest) (*metrics.ExportMetricsServiceResponse, error) {
	fields, _ := metadata.FromIncomingContext(ctx)
	header := ""
	if values := fields.Get("x-key"); len(values) > 0 {
		header = values[0]
	}
	s.write("grpc", header, request)
	return &metrics.ExportMetricsServiceResponse{}, nil
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	request := &metrics.ExportMetricsServiceRequest{}
	if err != nil || r.URL.Path != "/v1/metrics" || r.Header.Get("Content-Type") != "application/x-protobuf" {
		http.Error(w, "unexpected request", http.StatusBadRequest)
		return
	}
	if err := proto.Unmarshal(body, request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.write("http", r.Header.Get("X-Key"), request)
	response := &metrics.ExportMetricsServiceResponse{}
	if r.Header.Get("X-Key") == "complain" {
		response.PartialSuccess = &metrics.ExportMetricsPartialSuccess{RejectedDataPoints: 3, ErrorMessage: "three too many"}
	}
	reply, _ := proto.Marshal(response)
	w.Header().Set("Content-Type", "application/x-protobuf")
	w.Write(reply)
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return listener
}

func main() {
	s := &server{}
	calls := grpc.NewServer()
	byGrpc, byHTTP := listen(), listen()
	grpcAddress, httpAddress := byGrpc.Addr(), byHTTP.Addr()
	if len(os.Args) == 3 {
		pair, err := tls.LoadX509KeyPair(os.Args[1], os.Args[2])
		if err != nil {
			panic(err)
		}
		config := &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAnyClientCert}
		byHTTP = tls.NewListener(byHTTP, config)
		calls = grpc.NewServer(grpc.Creds(credentials.NewTLS(config)))
	}
	metrics.RegisterMetricsServiceServer(calls, s)
	fmt.Printf("{\"grpc\":%q,\"http\":%q}\n", grpcAddress, httpAddress)
	go http.Serve(byHTTP, s)
	fmt.Fprintln(os.Stderr, calls.Serve(byGrpc))
}
