"""A server that says what it is told, byte for byte, and counts who calls."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Listener:
    """A server that answers every request with `answer` and counts the connections that it accepted."""

    def __init__(self, address: str, answer: bytes) -> None:
        self.accepts = 0
        self.answer = answer
        self._socket = socket.create_server((address, 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.accepts += 1
                with connection:
                    connection.recv(65536)
                    connection.sendall(self.answer)


@contextmanager
def listening(address: str = "127.0.0.1", answer: str = "") -> Iterator[Listener]:
    whole = answer or "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret"
    listener = Listener(address, whole.encode())
    try:
        yield listener
    finally:
        listener.close()
