interpreter: /bin/bash
packages: squid lighttpd curl
needs: /usr/sbin/squid /usr/sbin/lighttpd /usr/bin/curl
timeout: 120
tags: heavy
program: squid
---
# a caching proxy with its store on disk and its helpers' shared memory: misses, hits, a restart, orderly end
[ "$(id -u)" = 0 ] || exit 0
d=$(mktemp -d); cd "$d" || exit 1; chmod 755 .; chown proxy .; unset http_proxy
mkdir www; seq 20000 >www/f; touch -d '10 days ago' www/f
printf 'server.document-root = "%s/www"\nserver.port = 22490\nserver.bind = "127.0.0.1"\n' "$d" >l.conf; lighttpd -D -f l.conf 2>/dev/null & l=$!
cat >s.conf <<C
http_port 127.0.0.1:22483
cache_dir ufs $d/sc 10 4 4
coredump_dir $d
pid_filename $d/s.pid
access_log stdio:$d/s.log
cache_log $d/sc.log
cache_store_log none
http_access allow all
cache_effective_user proxy
visible_hostname x
pinger_enable off
shutdown_lifetime 1 second
C
has() { for i in {1..300}; do "$@" >/dev/null 2>&1 && return; sleep .05; done; echo "never: $*"; }
gone() { for i in {1..300}; do [ -e s.pid ] || return; sleep .05; done; echo "still there"; }
squid -f s.conf -z -N 2>/dev/null; echo "made $?"; squid -f s.conf; echo "started $?"; P='curl -s -x http://127.0.0.1:22483'
has sh -c "$P -f http://127.0.0.1:22490/f"
for i in 1 2 3; do $P http://127.0.0.1:22490/f | md5sum; $P -o /dev/null -w '%{http_code}\n' http://127.0.0.1:22490/none; done
$P -o /dev/null -w '%{http_code}\n' http://127.0.0.1:1/; $P -D - -o /dev/null http://127.0.0.1:22490/f | grep -i ^x-cache:
squid -f s.conf -k reconfigure; has sh -c "$P -f http://127.0.0.1:22490/f"
squid -f s.conf -k shutdown; gone; squid -f s.conf; has sh -c "$P -f http://127.0.0.1:22490/f"; $P -D - -o /dev/null http://127.0.0.1:22490/f | grep -i ^x-cache:
squid -f s.conf -k shutdown; gone; kill $l; grep -c FATAL sc.log; grep -c 'TCP_.*HIT' s.log | grep -c '[1-9]'
cd /; rm -rf "$d"
