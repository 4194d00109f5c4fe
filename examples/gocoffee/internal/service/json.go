package service

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
)

const maxBody = 64 << 10

// Error is an error that its HTTP client may see.
type Error struct {
	Status  int    `json:"-"`
	Message string `json:"error"`
}

func (e *Error) Error() string { return e.Message }

// NewError returns an Error. Its words are fixed, so that nothing internal leaks through them.
func NewError(status int, message string) *Error { return &Error{Status: status, Message: message} }

// Handler is an http.HandlerFunc that may fail. An *Error reaches the client as it is;
// of any other error the client learns nothing but "internal error", and the log the rest.
type Handler func(w http.ResponseWriter, r *http.Request) error

func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h(w, r)
	if err == nil {
		return
	}
	var visible *Error
	if !errors.As(err, &visible) {
		visible = NewError(http.StatusInternalServerError, "internal error")
	}
	if visible.Status >= http.StatusInternalServerError {
		slog.Error("request failed", "path", r.URL.Path, "error", err, "request_id", RequestID(r.Context()))
	}
	_ = WriteJSON(w, visible.Status, visible)
}

// ReadJSON decodes the request's body, which must be one small JSON value without unknown fields.
func ReadJSON(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return NewError(http.StatusBadRequest, "the body is not the JSON expected here")
	}
	return nil
}

// WriteJSON answers with a status and a JSON body.
func WriteJSON(w http.ResponseWriter, status int, body any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(body)
}
