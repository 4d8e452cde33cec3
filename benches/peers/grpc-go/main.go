// The peer grpc-go: the same app in Go, with the service that Centrifugo generates from its own schema.
//
// The package proxyproto is Centrifugo's; it is internal there, so the bench copies it beside this file when it builds.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/status"

	"grpc-go/proxyproto"
)

type auth struct {
	Token string `json:"token"`
}

type welcome struct {
	A int `json:"a"`
}

type proxy struct {
	proxyproto.UnimplementedCentrifugoProxyServer
	users map[string]string
}

func (p *proxy) Connect(_ context.Context, request *proxyproto.ConnectRequest) (*proxyproto.ConnectResponse, error) {
	var a auth
	if err := json.Unmarshal(request.Data, &a); err != nil {
		return &proxyproto.ConnectResponse{Error: &proxyproto.Error{Code: 400, Message: "bad request"}}, nil
	}
	user, known := p.users[a.Token]
	if !known {
		disconnect := &proxyproto.Disconnect{Code: 4501, Reason: "invalid token"}
		return &proxyproto.ConnectResponse{Disconnect: disconnect}, nil
	}
	data, err := json.Marshal(welcome{A: 1})
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	result := &proxyproto.ConnectResult{User: user, Data: data, Channels: []string{"news"}}
	return &proxyproto.ConnectResponse{Result: result}, nil
}

func (p *proxy) RPC(_ context.Context, request *proxyproto.RPCRequest) (*proxyproto.RPCResponse, error) {
	var text string
	switch request.Method {
	case "ping":
		text = "pong"
	case "slow":
		time.Sleep(50 * time.Millisecond)
		text = "slow"
	default:
		return &proxyproto.RPCResponse{Error: &proxyproto.Error{Code: 404, Message: "method not found"}}, nil
	}
	data, err := json.Marshal(text)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &proxyproto.RPCResponse{Result: &proxyproto.RPCResult{Data: data}}, nil
}

func (p *proxy) Subscribe(_ context.Context, request *proxyproto.SubscribeRequest) (*proxyproto.SubscribeResponse, error) {
	n, isRoom := strings.CutPrefix(request.Channel, "room:")
	_, err := strconv.ParseUint(n, 10, 64)
	if !isRoom || err != nil || request.User == "" {
		return &proxyproto.SubscribeResponse{Error: denied()}, nil
	}
	return &proxyproto.SubscribeResponse{Result: &proxyproto.SubscribeResult{}}, nil
}

func (p *proxy) SubscribeUnidirectional(request *proxyproto.SubscribeRequest, stream grpc.ServerStreamingServer[proxyproto.StreamSubscribeResponse]) error {
	response := &proxyproto.SubscribeResponse{}
	opens := strings.HasPrefix(request.Channel, "ticks:")
	if opens {
		response.Result = &proxyproto.SubscribeResult{}
	} else {
		response.Error = denied()
	}
	err := stream.Send(&proxyproto.StreamSubscribeResponse{SubscribeResponse: response})
	if err != nil || !opens {
		return err
	}
	<-stream.Context().Done()
	return nil
}

func denied() *proxyproto.Error {
	return &proxyproto.Error{Code: 403, Message: "permission denied"}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	server := grpc.NewServer()
	proxyproto.RegisterCentrifugoProxyServer(server, &proxy{users: map[string]string{"secret": "42"}})
	fmt.Println(listener.Addr())
	// The bench holds the other end of stdin, so nothing outlives it.
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		server.Stop()
	}()
	if err := server.Serve(listener); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
