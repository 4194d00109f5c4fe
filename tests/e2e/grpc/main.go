// A gRPC server of shop.proto for tests, with health and reflection. It reads the .proto files it is
// started beside, so that nothing needs to be generated.
//
// usage: shop [-tls CERT,KEY] [-reflection VERSION] [-protoset FILE]; it prints its port.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/bufbuild/protocompile"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	_ "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionv1alpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/anypb"
	_ "google.golang.org/protobuf/types/known/emptypb" // their files are part of the program
	_ "google.golang.org/protobuf/types/known/fieldmaskpb"
	_ "google.golang.org/protobuf/types/known/structpb"
	_ "google.golang.org/protobuf/types/known/wrapperspb"
)

type shop struct{ file protoreflect.FileDescriptor }

func (s shop) message(name string) *dynamicpb.Message {
	return dynamicpb.NewMessage(s.file.Messages().ByName(protoreflect.Name(name)))
}

func set(message *dynamicpb.Message, name string, value any) {
	message.Set(field(message, name), protoreflect.ValueOf(value))
}

func get(message *dynamicpb.Message, name string) protoreflect.Value {
	return message.Get(field(message, name))
}

func field(message *dynamicpb.Message, name string) protoreflect.FieldDescriptor {
	return message.Descriptor().Fields().ByName(protoreflect.Name(name))
}

func (s shop) order(ctx context.Context, in *dynamicpb.Message) (proto.Message, error) {
	_ = grpc.SetHeader(ctx, metadata.Pairs("shop", "open", "trace-bin", "\x01\x02\xff"))
	_ = grpc.SetTrailer(ctx, metadata.Pairs("served-by", "shop", "seal-bin", "\x00\xfe"))
	if given, ok := metadata.FromIncomingContext(ctx); ok && len(given["want-gzip"]) > 0 {
		_ = grpc.SetSendCompressor(ctx, "gzip")
	}
	select {
	case <-time.After(time.Duration(get(in, "delay_ms").Int()) * time.Millisecond):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	out := s.message("OrderReply")
	set(out, "message", fmt.Sprintf("%d x %s", get(in, "cups").Int(), get(in, "drink").String()))
	set(out, "number", int64(9007199254740993))
	set(out, "padding", strings.Repeat("x", int(get(in, "padding").Int())))
	return out, nil
}

func (s shop) refuse(_ context.Context, in *dynamicpb.Message) (proto.Message, error) {
	refusal := status.New(codes.Code(get(in, "code").Int()), get(in, "message").String())
	item := s.message("Item")
	set(item, "name", "broken cup")
	detail, err := anypb.New(item)
	if err != nil {
		return nil, err
	}
	full := refusal.Proto()
	full.Details = append(full.Details, detail)
	return nil, status.ErrorProto(full)
}

func (s shop) metadata(ctx context.Context, _ *dynamicpb.Message) (proto.Message, error) {
	out := s.message("MetadataReply")
	fields := out.Mutable(field(out, "fields")).Map()
	given, _ := metadata.FromIncomingContext(ctx)
	for name, values := range given {
		text := strings.Join(values, ", ")
		if strings.HasSuffix(name, "-bin") {
			text = fmt.Sprintf("%x", text)
		}
		fields.Set(protoreflect.ValueOfString(name).MapKey(), protoreflect.ValueOfString(text))
	}
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline).Round(time.Second).String()
		fields.Set(protoreflect.ValueOfString("deadline").MapKey(), protoreflect.ValueOfString(left))
	}
	return out, nil
}

func (s shop) watch(stream grpc.ServerStream) error {
	in := s.message("WatchRequest")
	if err := stream.RecvMsg(in); err != nil {
		return err
	}
	for step := int64(1); step <= get(in, "steps").Int(); step++ {
		if after := get(in, "fail_after").Int(); after > 0 && step > after {
			return status.Errorf(codes.DataLoss, "lost after step %d", after)
		}
		out := s.message("Progress")
		set(out, "step", int32(step))
		set(out, "text", fmt.Sprintf("step %d", step))
		if err := stream.SendMsg(out); err != nil {
			return err
		}
		select {
		case <-time.After(time.Duration(get(in, "pause_ms").Int()) * time.Millisecond):
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
	}
	return nil
}

func (s shop) count(stream grpc.ServerStream) error {
	items, total := int32(0), int64(0)
	for {
		in := s.message("Item")
		err := stream.RecvMsg(in)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		items++
		total += get(in, "price").Int()
	}
	out := s.message("Tally")
	set(out, "items", items)
	set(out, "total", total)
	return stream.SendMsg(out)
}

func (s shop) chat(stream grpc.ServerStream) error {
	for {
		in := s.message("Item")
		err := stream.RecvMsg(in)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		set(in, "name", "more "+get(in, "name").String())
		if err := stream.SendMsg(in); err != nil {
			return err
		}
	}
}

type unary func(context.Context, *dynamicpb.Message) (proto.Message, error)

func (s shop) method(name, input string, handle unary) grpc.MethodDesc {
	make := func() *dynamicpb.Message { return s.message(input) }
	if input == "" {
		method := s.file.Services().Get(0).Methods().ByName(protoreflect.Name(name))
		make = func() *dynamicpb.Message { return dynamicpb.NewMessage(method.Input()) }
	}
	return grpc.MethodDesc{
		MethodName: name,
		Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			in := make()
			if err := decode(in); err != nil {
				return nil, err
			}
			return handle(ctx, in)
		},
	}
}

func (s shop) register(server *grpc.Server) {
	stream := func(name string, toServer, toClient bool, handle func(grpc.ServerStream) error) grpc.StreamDesc {
		return grpc.StreamDesc{StreamName: name, ClientStreams: toServer, ServerStreams: toClient,
			Handler: func(_ any, stream grpc.ServerStream) error { return handle(stream) }}
	}
	echo := func(_ context.Context, in *dynamicpb.Message) (proto.Message, error) { return in, nil }
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "shop.v1.Shop",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{
			s.method("Order", "OrderRequest", s.order),
			s.method("Refuse", "RefuseRequest", s.refuse),
			s.method("Echo", "Everything", echo),
			s.method("Metadata", "", s.metadata),
		},
		Streams: []grpc.StreamDesc{
			stream("Watch", false, true, s.watch),
			stream("Count", true, false, s.count),
			stream("Chat", true, true, s.chat),
		},
	}, s)
}

// resolver finds the files of the service, and those that are part of the program.
type resolver struct{ *protoregistry.Files }

func (r resolver) FindFileByPath(path string) (protoreflect.FileDescriptor, error) {
	if file, err := r.Files.FindFileByPath(path); err == nil {
		return file, nil
	}
	return protoregistry.GlobalFiles.FindFileByPath(path)
}

func (r resolver) FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error) {
	if found, err := r.Files.FindDescriptorByName(name); err == nil {
		return found, nil
	}
	return protoregistry.GlobalFiles.FindDescriptorByName(name)
}

func reflect(server *grpc.Server, files *protoregistry.Files, version string) {
	options := reflection.ServerOptions{Services: server, DescriptorResolver: resolver{files}}
	if version != "v1" {
		reflectionv1alpha.RegisterServerReflectionServer(server, reflection.NewServer(options))
	}
	if version != "v1alpha" {
		reflectionv1.RegisterServerReflectionServer(server, reflection.NewServerV1(options))
	}
}

// descriptors is the file with all it imports, as protoc --include_imports --descriptor_set_out has it.
func descriptors(file protoreflect.FileDescriptor) []byte {
	set := &descriptorpb.FileDescriptorSet{}
	seen := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(file protoreflect.FileDescriptor) {
		if seen[file.Path()] {
			return
		}
		seen[file.Path()] = true
		for i := range file.Imports().Len() {
			add(file.Imports().Get(i).FileDescriptor)
		}
		set.File = append(set.File, protodesc.ToFileDescriptorProto(file))
	}
	add(file)
	bytes, err := proto.Marshal(set)
	check(err)
	return bytes
}

func main() {
	pair := flag.String("tls", "", "certificate and key, separated by a comma")
	version := flag.String("reflection", "both", "v1, v1alpha, both or none")
	set := flag.String("protoset", "", "write the files as a set of descriptors there, and end")
	flag.Parse()
	compiler := protocompile.Compiler{Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{})}
	compiled, err := compiler.Compile(context.Background(), "shop.proto")
	check(err)
	if *set != "" {
		check(os.WriteFile(*set, descriptors(compiled[0]), 0o644))
		return
	}
	files := &protoregistry.Files{}
	for i := range compiled[0].Imports().Len() {
		if imported := compiled[0].Imports().Get(i); !strings.HasPrefix(imported.Path(), "google/") {
			check(files.RegisterFile(imported.FileDescriptor))
		}
	}
	check(files.RegisterFile(compiled[0]))
	options := []grpc.ServerOption{}
	if *pair != "" {
		certificate, key, _ := strings.Cut(*pair, ",")
		secure, err := credentials.NewServerTLSFromFile(certificate, key)
		check(err)
		options = append(options, grpc.Creds(secure))
	}
	server := grpc.NewServer(options...)
	shop{compiled[0]}.register(server)
	states := health.NewServer()
	states.SetServingStatus("shop.v1.Shop", healthpb.HealthCheckResponse_SERVING)
	states.SetServingStatus("shop.v1.Closed", healthpb.HealthCheckResponse_NOT_SERVING)
	healthpb.RegisterHealthServer(server, states)
	if *version != "none" {
		reflect(server, files, *version)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	check(server.Serve(listener))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "shop:", err)
		os.Exit(1)
	}
}
