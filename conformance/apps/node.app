interpreter: /usr/bin/node
packages: nodejs
needs: /usr/bin/node
timeout: 90
---
const fs = require('fs'), os = require('os'), net = require('net'), cp = require('child_process'), path = require('path');
const { Worker, isMainThread, parentPort } = require('worker_threads');
const d = fs.mkdtempSync(path.join(os.tmpdir(), 'n-'));
fs.writeFileSync(d + '/f', 'x'.repeat(100000));
console.log(fs.statSync(d + '/f').size, fs.readdirSync(d));
console.log(cp.execSync('echo sub').toString().trim(), cp.spawnSync('sh', ['-c', 'exit 4']).status);
const s = net.createServer(c => c.pipe(c)).listen(0, '127.0.0.1', () => {
  const c = net.connect(s.address().port, '127.0.0.1', () => c.end('hello'));
  let t = ''; c.on('data', b => t += b); c.on('end', () => { console.log(t); s.close(worker); });
});
function worker() {
  const w = new Worker('require("worker_threads").parentPort.postMessage(6*7)', { eval: true });
  w.on('message', m => console.log('worker', m));
  w.on('exit', () => fs.promises.readFile(d + '/f').then(b => { console.log(b.length); fs.rmSync(d, { recursive: true });
    setTimeout(() => process.exit(3), 20); }));
}
