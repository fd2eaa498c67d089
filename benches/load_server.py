"""A server whose times are known: `delay` answers 20 ms after a request was there and says at /median how long it really took;
`stall` answers at once, but nothing at all during one second in every five.

`delay` never sleeps and never waits: an idle processor needs a tenth of a millisecond to wake up, which would be part of no
time that the server knows of. It looks at its few connections in turn, some microseconds for each.
"""

import socket
import statistics
import sys
import threading
import time

KIND, PORT = sys.argv[1], int(sys.argv[2])
HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s"
DELAY = 0.020


class Delayed:
    """A connection that is looked at again and again."""

    waited: list[float] = []

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.connection, self.came, self.open = connection, None, True

    def look(self) -> None:
        if self.came is not None:
            self.answer(time.perf_counter() - self.came)
            return
        try:
            head = self.connection.recv(65536)
        except BlockingIOError:
            return
        if head.startswith(b"GET /median "):
            median = f"{statistics.median(self.waited)}".encode()
            self.connection.sendall(HEAD % (len(median), median))
        elif head:
            self.came = time.perf_counter()
        else:
            self.open = False

    def answer(self, passed: float) -> None:
        if passed >= DELAY:
            self.connection.sendall(HEAD % (2, b"ok"))
            self.waited.append(time.perf_counter() - self.came)
            self.came = None


def delay(server: socket.socket) -> None:
    server.setblocking(False)
    connections: list[Delayed] = []
    while True:
        try:
            connections.append(Delayed(accepted(server)))
        except BlockingIOError:
            pass
        for connection in connections:
            connection.look()
        connections = [connection for connection in connections if connection.open]


def stall(server: socket.socket) -> None:
    start = time.perf_counter()

    def serve(connection: socket.socket) -> None:
        while connection.recv(65536):
            into = (time.perf_counter() - start) % 5
            if into > 4:
                time.sleep(5 - into)
            connection.sendall(HEAD % (2, b"ok"))

    while True:
        threading.Thread(target=serve, args=(accepted(server),), daemon=True).start()


def accepted(server: socket.socket) -> socket.socket:
    connection, _ = server.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


{"delay": delay, "stall": stall}[KIND](socket.create_server(("127.0.0.1", PORT)))
