"""A server whose times are known: `delay` waits 20 ms before each answer and says at /median how long it really waited;
`stall` answers at once, but nothing at all during one second in every five."""

import asyncio
import statistics
import sys
import time

KIND, PORT = sys.argv[1], int(sys.argv[2])
BODY = b"ok"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n" + BODY
waited: list[float] = []
start = time.monotonic()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            came = time.monotonic()
            if head.startswith(b"GET /median "):
                text = f"{statistics.median(waited)}".encode()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(text), text))
                continue
            if KIND == "delay":
                await asyncio.sleep(0.020)
            else:
                into = (came - start) % 5
                if into > 4:
                    await asyncio.sleep(5 - into)
            writer.write(ANSWER)
            waited.append(time.monotonic() - came)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", PORT)
    await server.serve_forever()


asyncio.run(main())
