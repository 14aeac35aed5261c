interpreter: /bin/bash
packages: nodejs
needs: /usr/bin/node
timeout: 120
program: node
---
# http with keep-alive and streams, child processes with IPC, worker threads on shared memory, fs.watch, the tests of a small package
d=$(mktemp -d); cd "$d" || exit 1; export HOME=$d
cat >h.js <<'J'
const http = require('http'), cp = require('child_process'), fs = require('fs'), zlib = require('zlib'), os = require('os');
const { Worker } = require('worker_threads'); const { once } = require('events');
const get = (port, path, agent) => new Promise((ok, no) => http.get({ host: '127.0.0.1', port, path, agent }, r => { let n = 0; r.on('data', b => n += b.length); r.on('end', () => ok([r.statusCode, n])); }).on('error', no));
(async () => {
  const s = http.createServer((q, r) => { if (q.url == '/big') r.end(Buffer.alloc(3e6, 'x')); else if (q.url == '/z') fs.createReadStream(__filename).pipe(zlib.createGzip()).pipe(r); else { r.statusCode = 404; r.end('no'); } }).listen(0, '127.0.0.1');
  await once(s, 'listening'); const port = s.address().port, agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  console.log(await get(port, '/big', agent), await get(port, '/', agent), (await get(port, '/z', agent))[0]);
  console.log((await Promise.all(Array.from({ length: 200 }, () => get(port, '/x', agent)))).filter(x => x[0] == 404).length); agent.destroy(); s.close(); await once(s, 'close');
  fs.writeFileSync('c.js', 'process.on("message", m => { process.send({ twice: m.n * 2 }); if (m.n == 3) process.disconnect(); })');
  const c = cp.fork('./c.js'); let sum = 0; c.on('message', m => sum += m.twice); for (const n of [1, 2, 3]) c.send({ n }); console.log(await once(c, 'exit'), sum);
  const k = cp.spawn('sleep', ['60']); k.kill('SIGTERM'); console.log((await once(k, 'exit'))[1]);
  console.log(await new Promise(ok => cp.exec('cat; echo err >&2; exit 5', (e, o, r) => ok([e.code, o, r])).stdin.end('in')));
  const sab = new SharedArrayBuffer(8), a = new Int32Array(sab);
  const ws = Array.from({ length: 4 }, () => new Worker('const { workerData: s } = require("worker_threads"); const a = new Int32Array(s); for (let i = 0; i < 10000; i++) Atomics.add(a, 0, 1); Atomics.add(a, 1, 1); Atomics.notify(a, 1)', { eval: true, workerData: sab }));
  await Promise.all(ws.map(w => once(w, 'exit'))); console.log(a[0], a[1]);
  fs.mkdirSync('w'); const seen = new Set(), w = fs.watch('w', (e, f) => { seen.add(f); if (seen.size == 2) w.close(); }); fs.writeFileSync('w/one', '1'); fs.writeFileSync('w/two', '2'); fs.renameSync('w/one', 'w/two'); await once(w, 'close'); console.log([...seen].sort());
  const p = os.tmpdir(); process.on('SIGUSR2', () => { console.log('SIGUSR2'); process.exit(7); }); process.kill(process.pid, 'SIGUSR2'); setTimeout(() => { }, 60000);
})();
J
node h.js; echo "status $?"
mkdir p; cd p || exit 1; mkdir -p node_modules/left test
echo '{"name":"small","version":"1.0.0","scripts":{"test":"node --test test/"},"dependencies":{"left":"1.0.0"}}' >package.json
echo '{"name":"left","version":"1.0.0","main":"i.js"}' >node_modules/left/package.json
echo 'module.exports = (s, n, c) => String(s).padStart(n, c)' >node_modules/left/i.js
cat >test/a.test.js <<'J'
const test = require('node:test'), assert = require('assert'), left = require('left');
test('pads', () => assert.equal(left(7, 3, '0'), '007'));
test('async', async () => { await new Promise(r => setTimeout(r, 5)); assert.deepEqual({ a: [1] }, { a: [1] }); });
test('throws', () => assert.throws(() => { throw new TypeError('x'); }, TypeError));
J
if command -v npm >/dev/null; then npm test --offline --no-update-notifier >out 2>&1; else node --test test/ >out 2>&1; fi; echo "npm $?"; grep -E '^# (pass|fail) ' out
cd /; rm -rf "$d"
