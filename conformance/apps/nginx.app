interpreter: /bin/bash
packages: nginx-light wrk curl
needs: /usr/sbin/nginx /usr/bin/wrk /usr/bin/curl
timeout: 90
program: nginx, curl, wrk
---
# workers that serve files, ranges, gzip, a proxied server over a UNIX socket; reload, wrk for a second, quit
d=$(mktemp -d); cd "$d" || exit 1; chmod 755 .
while p=$((20000 + RANDOM % 9000)); (: </dev/tcp/127.0.0.1/$p) 2>/dev/null; do :; done
mkdir www logs; seq 200000 >www/big; echo hello >www/index.html; echo one >www/version
cat >n.conf <<C
worker_processes 2; pid $d/pid; error_log $d/logs/error; $([ "$(id -u)" != 0 ] || echo "user root;")
events { worker_connections 256; }
http { access_log $d/logs/access; client_body_temp_path $d/b; proxy_temp_path $d/p; fastcgi_temp_path $d/f; uwsgi_temp_path $d/u; scgi_temp_path $d/s;
 sendfile on; tcp_nopush on; gzip on; gzip_types text/plain application/octet-stream;
 upstream back { server unix:$d/sock; keepalive 4; }
 server { listen 127.0.0.1:$p; root $d/www; location /back/ { proxy_pass http://back/; proxy_http_version 1.1; proxy_set_header Connection ""; } }
 server { listen unix:$d/sock; location / { return 200 "behind \$uri \$request_method\n"; } } }
C
/usr/sbin/nginx -p "$d" -c "$d/n.conf" -t 2>&1 | grep -o 'test is successful'
/usr/sbin/nginx -p "$d" -c "$d/n.conf" || cat logs/error
u=http://127.0.0.1:$p
curl -sS $u/; curl -sS $u/big | sha256sum; curl -sS -r 100-199 $u/big | sha256sum; curl -sS --compressed $u/big | sha256sum
curl -sS -o /dev/null -w '%{http_code}\n' $u/nothing; curl -sS $u/back/x $u/back/y; curl -sS -d post $u/back/z
curl -sS --parallel --parallel-max 8 $(for i in {1..30}; do echo $u/version; done) 2>/dev/null | sort | uniq -c
old=$(pgrep -P "$(cat pid)" | sort | head -n 1)
sed -i 's/return 200 "behind/return 200 "reloaded/' n.conf; /usr/sbin/nginx -p "$d" -c "$d/n.conf" -s reload 2>/dev/null
for i in {1..100}; do [ -d "/proc/$old" ] || break; sleep .05; done
curl -sS $u/back/x; pgrep -c -P "$(cat pid)"
wrk -t2 -c16 -d1s $u/ >wrk.out; grep -c 'Non-2xx\|Socket errors' wrk.out; awk '/requests in/ {print ($1 > 100 ? "requests came" : "few requests")}' wrk.out
m=$(cat pid); /usr/sbin/nginx -p "$d" -c "$d/n.conf" -s quit 2>/dev/null; for i in {1..100}; do [ -d "/proc/$m" ] || break; sleep .05; done
[ -d "/proc/$m" ] && echo still there; [ -e pid ] && echo pid file left; grep -v -c ' 200 \| 206 \| 404 ' logs/access; grep -c 'alert\|crit\|emerg' logs/error
cd /; rm -rf "$d"
