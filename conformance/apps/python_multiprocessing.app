interpreter: /usr/bin/python3
packages: python3
needs: /usr/bin/python3
timeout: 90
---
import multiprocessing as mp, os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import shared_memory

def sq(x):
    return x * x
def put(q, i):
    q.put(i)
def add(v, n):
    for _ in range(n):
        with v.get_lock():
            v.value += 1
def fill(name):
    s = shared_memory.SharedMemory(name=name)
    s.buf[0] = 42
    s.close()

if __name__ == "__main__":
    for method in ("fork", "spawn", "forkserver"):
        c = mp.get_context(method)
        with c.Pool(3) as p:
            print(method, p.map(sq, range(10)))
    q = mp.Queue()
    ps = [mp.Process(target=put, args=(q, i)) for i in range(5)]
    [p.start() for p in ps]
    print(sorted(q.get() for _ in ps))
    [p.join() for p in ps]
    v = mp.Value("i", 0)
    ps = [mp.Process(target=add, args=(v, 200)) for _ in range(4)]
    [p.start() for p in ps]
    [p.join() for p in ps]
    print(v.value, [p.exitcode for p in ps])
    a, b = mp.Pipe()
    p = mp.Process(target=lambda: (b.send({"k": [1, 2]}), b.close()))
    p.start(); print(a.recv()); p.join()
    s = shared_memory.SharedMemory(create=True, size=100)
    p = mp.Process(target=fill, args=(s.name,)); p.start(); p.join()
    print(s.buf[0]); s.close(); s.unlink()
    with ProcessPoolExecutor(2) as ex:
        print(sum(ex.map(sq, range(100))))
    m = mp.Manager()
    d = m.dict(); d["x"] = 1; print(dict(d)); m.shutdown()
