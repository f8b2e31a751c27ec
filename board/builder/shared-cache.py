#!/usr/bin/python3
"""The way from a build without network to its shared compile cache.

    shared-cache.py gate SOCKET             with network: lets who opens SOCKET speak with the one server, and nobody else
    shared-cache.py build SOCKET LOG -- …   without: becomes the program, whose compilers find the server at a port of 127.0.0.1 that leads to SOCKET

Each reads one JSON object from standard input (written by src/base/buildroot/shared-cache.ts): {host, port, hello, refused} the gate, {storage} the build. What a password may be
in comes that way alone. The gate prints a line for what brmc is to know: "open", "closed <why>" (and ends), "lost <why>".
"""

import asyncio
import json
import os
import socket
import sys

CONNECT_SECONDS = 2
# How long a server that did not answer is left alone: each compiler would wait for it again.
PAUSE_SECONDS = 30
CHUNK = 65536
PATIENT = 1024


def tell(*words):
    print(*words, flush=True)


def why(error):
    return "no answer in time" if isinstance(error, (asyncio.TimeoutError, TimeoutError)) else getattr(error, "strerror", None) or str(error)


async def pump(reader, writer):
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


def relay(connect):
    async def serve(reader, writer):
        try:
            far_reader, far_writer = await connect()
        except (OSError, asyncio.TimeoutError):
            writer.close()
            return
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
        far_writer.close()
        writer.close()

    return serve


class Server:
    def __init__(self, host, port):
        self.place = (host, port)
        self.alone_until = 0.0
        self.is_lost = False

    async def connect(self):
        now = asyncio.get_running_loop().time()
        if now < self.alone_until:
            raise ConnectionRefusedError
        try:
            streams = await asyncio.wait_for(asyncio.open_connection(*self.place), CONNECT_SECONDS)
        except (OSError, asyncio.TimeoutError) as error:
            self.alone_until = now + PAUSE_SECONDS
            if not self.is_lost:
                tell("lost", why(error))
            self.is_lost = True
            raise
        self.is_lost = False
        return streams


async def greet(server, hello, refused):
    """Says hello as the protocol has it. Returns what is wrong with the answer's first line; None where nothing is."""
    reader, writer = await asyncio.wait_for(asyncio.open_connection(*server.place), CONNECT_SECONDS)
    try:
        writer.write(hello.encode())
        answer = (await asyncio.wait_for(reader.readline(), CONNECT_SECONDS)).decode(errors="replace").strip()
        if not answer:
            return "it closes the connection"
        for start, meaning in refused:
            if answer.startswith(start):
                return meaning
        return None
    finally:
        writer.close()


async def gate(path, order):
    server = Server(order["host"], order["port"])
    try:
        wrong = await greet(server, order["hello"], order["refused"])
    except (OSError, asyncio.TimeoutError) as error:
        wrong = why(error)
    if wrong:
        tell("closed", wrong)
        return
    # The name alone: a socket's path may have 107 bytes, and a folder of this machine more.
    os.chdir(os.path.dirname(path))
    name = os.path.basename(path)
    try:
        os.unlink(name)
    except FileNotFoundError:
        pass
    listening = await asyncio.start_unix_server(relay(server.connect), name, backlog=PATIENT)
    tell("open")
    async with listening:
        await listening.serve_forever()


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def lead(listener, folder, name, pid):
    os.chdir(folder)
    async with await asyncio.start_server(relay(lambda: asyncio.open_unix_connection(name)), sock=listener, backlog=PATIENT):
        while is_alive(pid):
            await asyncio.sleep(1)


def build(path, log, argv, order):
    listener = socket.create_server(("127.0.0.1", 0), backlog=PATIENT)
    pid = os.getpid()
    nothing = os.open(os.devnull, os.O_RDWR)
    # Nobody's child: the program waits for its own.
    if os.fork() == 0:
        if os.fork() == 0:
            for standard in (0, 1, 2):
                os.dup2(nothing, standard)
            asyncio.run(lead(listener, os.path.dirname(path), os.path.basename(path), pid))
        os._exit(0)
    os.wait()
    os.dup2(nothing, 0)
    os.makedirs(os.path.dirname(log), exist_ok=True)
    with open(log, "w"):
        pass
    os.environ["CCACHE_REMOTE_STORAGE"] = order["storage"].replace("{port}", str(listener.getsockname()[1]))
    os.environ["CCACHE_STATSLOG"] = log
    os.execvp(argv[0], argv)


def main(kind, *args):
    order = json.load(sys.stdin)
    if kind == "gate":
        asyncio.run(gate(args[0], order))
    else:
        build(args[0], args[1], args[3:], order)


main(*sys.argv[1:])
