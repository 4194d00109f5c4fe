package main

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
)

// reply is what the fake server answers to a statement.
type reply struct {
	params  []uint32 // types of the parameters
	columns []uint32 // types of the columns
	rows    [][][]byte
	code    string // fails with this code, if set
}

// Types by their number in PostgreSQL's catalogue.
const (
	typeInt4        = 23
	typeText        = 25
	typeTimestamptz = 1184
	typeJSONB       = 3802
)

// fakePostgres speaks enough of PostgreSQL's protocol for the real driver to talk to it, and answers
// from a script: the reply of the first key that the statement contains, an empty one otherwise.
// It shows what the store asks and how it takes the answers; that the SQL is right, the
// integration tests show.
func fakePostgres(t *testing.T, script map[string]reply) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go (&fakeSession{script: script, statements: map[string]reply{}, status: 'I'}).serve(connection)
		}
	}()
	return fmt.Sprintf("postgres://u@%s/db?sslmode=disable", listener.Addr())
}

type fakeSession struct {
	script     map[string]reply
	statements map[string]reply // by the name that the client gave them
	bound      reply
	status     byte // as ReadyForQuery says it: I idle, T in a transaction
	failed     bool // skip everything until Sync
}

func (s *fakeSession) serve(connection net.Conn) {
	defer connection.Close()
	backend := pgproto3.NewBackend(connection, connection)
	if _, err := backend.ReceiveStartupMessage(); err != nil {
		return
	}
	backend.Send(&pgproto3.AuthenticationOk{})
	backend.Send(&pgproto3.ReadyForQuery{TxStatus: s.status})
	for backend.Flush() == nil {
		message, err := backend.Receive()
		if err != nil {
			return
		}
		s.answer(backend, message)
	}
}

func (s *fakeSession) answer(backend *pgproto3.Backend, message pgproto3.FrontendMessage) {
	if _, sync := message.(*pgproto3.Sync); s.failed && !sync {
		return
	}
	switch m := message.(type) {
	case *pgproto3.Query:
		s.execute(backend, s.find(m.String))
		s.failed = false
		switch m.String {
		case "begin":
			s.status = 'T'
		case "commit", "rollback":
			s.status = 'I'
		}
		backend.Send(&pgproto3.ReadyForQuery{TxStatus: s.status})
	case *pgproto3.Parse:
		s.statements[m.Name] = s.find(m.Query)
		backend.Send(&pgproto3.ParseComplete{})
	case *pgproto3.Describe:
		statement := s.statements[m.Name]
		backend.Send(&pgproto3.ParameterDescription{ParameterOIDs: statement.params})
		backend.Send(describe(statement.columns))
	case *pgproto3.Bind:
		s.bound = s.statements[m.PreparedStatement]
		backend.Send(&pgproto3.BindComplete{})
	case *pgproto3.Execute:
		s.execute(backend, s.bound)
	case *pgproto3.Close:
		backend.Send(&pgproto3.CloseComplete{})
	case *pgproto3.Sync:
		s.failed = false
		backend.Send(&pgproto3.ReadyForQuery{TxStatus: s.status})
	}
}

func (s *fakeSession) find(sql string) reply {
	for key, reply := range s.script {
		if strings.Contains(sql, key) {
			return reply
		}
	}
	return reply{}
}

func (s *fakeSession) execute(backend *pgproto3.Backend, statement reply) {
	if statement.code != "" {
		s.failed = true
		backend.Send(&pgproto3.ErrorResponse{Severity: "ERROR", Code: statement.code, Message: "as the script says"})
		return
	}
	for _, row := range statement.rows {
		backend.Send(&pgproto3.DataRow{Values: row})
	}
	backend.Send(&pgproto3.CommandComplete{CommandTag: []byte("OK")})
}

func describe(columns []uint32) *pgproto3.RowDescription {
	description := &pgproto3.RowDescription{}
	for i, oid := range columns {
		field := pgproto3.FieldDescription{Name: fmt.Appendf(nil, "c%d", i), DataTypeOID: oid, DataTypeSize: -1, TypeModifier: -1}
		if oid == typeInt4 || oid == typeTimestamptz {
			field.Format = 1 // the driver asks for these in binary
		}
		description.Fields = append(description.Fields, field)
	}
	return description
}
