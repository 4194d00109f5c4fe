"""The WebSocket side of load_server.py (RFC 6455): sends back what it is sent, but for some texts.

"close CODE" closes with that code, "drop" ends the connection without a word, "ping" sends a ping,
"parts" sends one message in three frames, "headers" sends the request's headers as JSON, "break"
sends a frame that may not be. Of the subprotocols offered the first is taken; with
/ws?cookie the handshake sets a cookie.
"""
import base64
import hashlib
import http.server
import json
import struct

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA


def frame(opcode: int, payload: bytes, final: bool = True) -> bytes:
    size = len(payload)
    head = bytes([opcode | (0x80 if final else 0)])
    if size < 126:
        return head + bytes([size]) + payload
    if size < 65536:
        return head + b"\x7e" + struct.pack(">H", size) + payload
    return head + b"\x7f" + struct.pack(">Q", size) + payload


def read_frame(stream) -> tuple[int, bool, bytes] | None:
    """Opcode, whether it is the last of its message, and the payload; None at the end."""
    head = stream.read(2)
    if len(head) < 2:
        return None
    size = head[1] & 0x7F
    if size == 126:
        size = struct.unpack(">H", stream.read(2))[0]
    elif size == 127:
        size = struct.unpack(">Q", stream.read(8))[0]
    mask = stream.read(4) if head[1] & 0x80 else b"\0\0\0\0"
    data = stream.read(size)
    key = (mask * (len(data) // 4 + 1))[: len(data)]
    plain = (int.from_bytes(data, "big") ^ int.from_bytes(key, "big")).to_bytes(len(data), "big")
    return head[0] & 0x0F, bool(head[0] & 0x80), plain


def answer_text(handler: http.server.BaseHTTPRequestHandler, text: str) -> bool:
    """What a text asks for; false when the connection has ended with it."""
    word, _, rest = text.partition(" ")
    if word == "close":
        handler.wfile.write(frame(CLOSE, struct.pack(">H", int(rest)) + b"as asked"))
    elif word == "drop":
        return False
    elif word == "ping":
        handler.wfile.write(frame(PING, b"are you there"))
    elif word == "parts":
        for opcode, part, final in ((TEXT, b"one ", False), (CONTINUATION, b"two ", False), (CONTINUATION, b"three", True)):
            handler.wfile.write(frame(opcode, part, final))
    elif word == "headers":
        handler.wfile.write(frame(TEXT, json.dumps(dict(handler.headers)).encode()))
    elif word == "break":
        handler.wfile.write(frame(0x3, b"reserved"))
    else:
        handler.wfile.write(frame(TEXT, text.encode()))
    return True


def serve(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Takes the connection over: the handshake, then frames until one side closes."""
    handler.close_connection = True
    key = handler.headers["Sec-WebSocket-Key"]
    accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
    head = f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n"
    if offered := handler.headers.get("Sec-WebSocket-Protocol"):
        head += f"Sec-WebSocket-Protocol: {offered.split(',')[0].strip()}\r\n"
    if handler.path.endswith("?cookie"):
        head += "Set-Cookie: drink=latte; Path=/\r\n"
    handler.wfile.write((head + "\r\n").encode())
    message, kind = b"", TEXT
    while (got := read_frame(handler.rfile)) is not None:
        opcode, final, payload = got
        if opcode == CLOSE:
            handler.wfile.write(frame(CLOSE, payload[:2]))
            return
        if opcode == PING:
            handler.wfile.write(frame(PONG, payload))
        if opcode in (TEXT, BINARY):
            message, kind = b"", opcode
        if opcode in (TEXT, BINARY, CONTINUATION):
            message += payload
            if not final:
                continue
            if kind == BINARY:
                handler.wfile.write(frame(BINARY, message))
            elif not answer_text(handler, message.decode()):
                return
