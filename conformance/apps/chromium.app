interpreter: /bin/bash
packages: chromium file
needs: /usr/bin/chromium /usr/bin/file
timeout: 240
tags: heavy
program: chromium, headless
---
# pages with scripts, requests and storage from files and from a server; a picture, a PDF; without its own sandbox, as in any container
d=$(mktemp -d); cd "$d" || exit 1; export HOME=$d
cat >p.html <<'H'
<html><body><p id=a>x</p><script>
let s = 0; for (let i = 0; i < 1e6; i++) s += i;
document.getElementById('a').textContent = 'sum ' + s;
</script></body></html>
H
cat >q.html <<'H'
<html><body><p id=b>y</p><script>
localStorage.setItem('k', 'kept');
fetch('data.txt').then(r => r.text()).then(t => { document.getElementById('b').textContent = t.trim() + ' ' + localStorage.getItem('k'); });
</script></body></html>
H
echo fetched >data.txt
C="chromium --headless --no-sandbox --disable-gpu --virtual-time-budget=5000"
python3 - >port <<'P' &
import functools, http.server, sys
class H(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *a): pass
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), H)
print(s.server_port, flush=True); s.serve_forever()
P
server=$!; for i in {1..200}; do [ -s port ] && break; sleep .05; done
for i in 1 2 3; do timeout 60 $C --dump-dom "file://$d/p.html" 2>/dev/null | grep -o '<p.*</p>'; echo "status ${PIPESTATUS[0]}"; done
timeout 60 $C --dump-dom "http://127.0.0.1:$(cat port)/q.html" 2>/dev/null | grep -o '<p.*</p>'
timeout 60 $C --screenshot="$d/s.png" --window-size=300,200 "file://$d/p.html" >/dev/null 2>&1; echo "status $?"; file s.png | cut -d: -f 2
timeout 60 $C --print-to-pdf="$d/s.pdf" "file://$d/p.html" >/dev/null 2>&1; echo "status $?"; head -c 4 s.pdf; echo
kill $server; cd /; rm -rf "$d"
