interpreter: /bin/bash
packages: apache2-bin apache2-utils lighttpd haproxy socat curl
needs: /usr/sbin/apache2 /usr/bin/ab /usr/sbin/lighttpd /usr/sbin/haproxy /usr/bin/socat /usr/bin/curl
timeout: 120
tags: heavy
program: apache2, lighttpd, haproxy
---
# files, ranges, keep-alive and CGI by apache's event workers and lighttpd; haproxy before both, with checks; one is killed; graceful restarts
d=$(mktemp -d); cd "$d" || exit 1; chmod 755 .; export LC_ALL=C
mkdir www cgi; seq 20000 >www/f; echo hi >www/index.html
printf '#!/bin/sh\necho Content-type: text/plain; echo; echo "cgi $REQUEST_METHOD $(cat)"\n' >cgi/x; chmod 755 cgi/x
cat >l.conf <<C
server.document-root = "$d/www"
server.port = 22480
server.bind = "127.0.0.1"
server.errorlog = "$d/l.err"
index-file.names = ("index.html")
C
m=/usr/lib/apache2/modules
cat >a.conf <<C
ServerRoot $d
ServerName x
PidFile $d/a.pid
ErrorLog $d/a.err
Listen 127.0.0.1:22481
LoadModule mpm_event_module $m/mod_mpm_event.so
LoadModule authz_core_module $m/mod_authz_core.so
LoadModule dir_module $m/mod_dir.so
LoadModule alias_module $m/mod_alias.so
LoadModule cgid_module $m/mod_cgid.so
User www-data
Group www-data
DocumentRoot $d/www
ScriptSock $d/cgisock
ScriptAlias /cgi/ $d/cgi/
C
cat >h.cfg <<C
global
  maxconn 100
  stats socket $d/hs mode 600 level admin
defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
frontend f
  bind 127.0.0.1:22482
  default_backend b
backend b
  balance roundrobin
  option httpchk GET /
  server one 127.0.0.1:22480 check inter 200
  server two 127.0.0.1:22481 check inter 200
C
lighttpd -D -f l.conf 2>/dev/null & l=$!
/usr/sbin/apache2 -f "$d/a.conf" -k start; echo "apache $?"
haproxy -f h.cfg -D -p h.pid; echo "haproxy $?"
has() { for i in {1..200}; do "$@" >/dev/null 2>&1 && return; sleep .05; done; echo "never: $*"; }
state() { echo 'show stat' | socat - "unix:$d/hs" | cut -d, -f 1,2,18 | grep "^b,$1"; }
for p in 22480 22481 22482; do has curl -sf "http://127.0.0.1:$p/"; done
for p in 22480 22481 22482; do curl -s "http://127.0.0.1:$p/f" | md5sum; curl -s -r 5-9 "http://127.0.0.1:$p/f"; curl -s -o /dev/null -w '%{http_code}\n' "http://127.0.0.1:$p/none"; done
curl -s http://127.0.0.1:22481/cgi/x; curl -s --data-binary @www/index.html http://127.0.0.1:22481/cgi/x
has sh -c "echo 'show stat' | socat - unix:$d/hs | grep -c '^b,.*UP' | grep -q 3"
for i in 1 2 3 4 5 6; do curl -s -o /dev/null -D - http://127.0.0.1:22482/ | grep -i ^server | cut -c 9-13; done | sort | uniq -c
ab -q -n 500 -c 8 http://127.0.0.1:22482/f | grep -E 'Complete|Failed|Non-2xx'
ab -q -k -n 500 -c 8 http://127.0.0.1:22481/f | grep -E 'Complete|Failed|Non-2xx'
kill -9 $l; wait $l 2>/dev/null; has sh -c "echo 'show stat' | socat - unix:$d/hs | grep '^b,one' | grep -q DOWN"
for i in 1 2 3 4; do curl -s -o /dev/null -w '%{http_code}\n' http://127.0.0.1:22482/; done; state one; state two
kill -USR1 "$(cat a.pid)"; has grep -q 'AH00493' a.err; has curl -sf http://127.0.0.1:22481/; curl -s http://127.0.0.1:22481/
/usr/sbin/apache2 -f "$d/a.conf" -k graceful-stop; for i in {1..200}; do [ -e a.pid ] || break; sleep .05; done; ls a.pid 2>/dev/null; kill "$(cat h.pid)"
cd /; rm -rf "$d"
