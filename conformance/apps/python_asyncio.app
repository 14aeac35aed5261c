interpreter: /usr/bin/python3
packages: python3
needs: /usr/bin/python3
timeout: 60
---
import asyncio, socket
async def echo(r, w):
    while data := await r.read(1000):
        w.write(data)
        await w.drain()
    w.close()
async def client(port, i):
    r, w = await asyncio.open_connection("127.0.0.1", port)
    msg = f"client {i} ".encode() * 500
    w.write(msg); w.write_eof()
    got = await r.read(-1)
    w.close()
    return got == msg
async def main():
    s = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = s.sockets[0].getsockname()[1]
    print(all(await asyncio.gather(*(client(port, i) for i in range(20)))))
    p = await asyncio.create_subprocess_exec("sh", "-c", "cat; exit 4", stdin=-1, stdout=-1)
    out, _ = await p.communicate(b"via asyncio")
    print(out, p.returncode)
    try:
        await asyncio.wait_for(asyncio.sleep(5), 0.1)
    except asyncio.TimeoutError:
        print("timeout")
    u = await asyncio.start_unix_server(echo, "/tmp/asyncio-check.sock")
    r, w = await asyncio.open_unix_connection("/tmp/asyncio-check.sock")
    w.write(b"unix"); print(await r.readexactly(4)); w.close(); u.close()
    loop = asyncio.get_running_loop()
    print(await loop.run_in_executor(None, sum, range(1000)))
    info = await loop.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM, family=socket.AF_INET)
    print(info[0][4])
asyncio.run(main())
import os; os.unlink("/tmp/asyncio-check.sock")
