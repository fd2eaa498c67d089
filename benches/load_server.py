"""A server whose times are known: `delay` answers 20 ms after a request could be read and says at /median how long it really
took; `stall` answers at once, but nothing at all during one second in every five.

A thread for each connection, no event loop: what an event loop needs to notice a request would be missing from what the server
says of itself. The last millisecond is spun, since a sleep ends when the kernel likes.
"""

import socket
import statistics
import sys
import threading
import time

KIND, PORT = sys.argv[1], int(sys.argv[2])
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
DELAY = 0.020
waited: list[float] = []
start = time.perf_counter()


def hold(came: float) -> None:
    """Until the answer is due."""
    if KIND == "delay":
        time.sleep(DELAY - 0.001)
        while time.perf_counter() < came + DELAY:
            pass
        return
    into = (came - start) % 5
    if into > 4:
        time.sleep(5 - into)


def serve(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while head := connection.recv(65536):
        came = time.perf_counter()
        if head.startswith(b"GET /median "):
            text = f"{statistics.median(waited)}".encode()
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(text), text))
            continue
        hold(came)
        connection.sendall(ANSWER)
        waited.append(time.perf_counter() - came)


server = socket.create_server(("127.0.0.1", PORT))
while True:
    client, _ = server.accept()
    threading.Thread(target=serve, args=(client,), daemon=True).start()
