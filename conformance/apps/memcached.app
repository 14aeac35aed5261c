interpreter: /bin/bash
packages: memcached libmemcached-tools netcat-openbsd
needs: /usr/bin/memcached /usr/bin/memccapable /usr/bin/nc
timeout: 60
program: memcached
---
# four threads with libevent: both protocols, the protocol test of libmemcached, many clients at once, a UNIX socket
d=$(mktemp -d); cd "$d" || exit 1
memcached -u "$(id -un)" -l 127.0.0.1 -p 21211 -U 21212 -t 4 & p=$!
for i in {1..200}; do nc -z 127.0.0.1 21211 && break; sleep .05; done
printf 'set a 5 0 3\r\nabc\r\nget a\r\nincr a 1\r\nset n 0 0 1\r\n7\r\nincr n 5\r\ndelete a\r\nget a\r\nquit\r\n' | nc -q1 127.0.0.1 21211
memccapable -h 127.0.0.1 -p 21211 2>&1 | tr -s ' .'
(for c in 1 2 3 4 5 6 7 8; do
  { for i in {1..200}; do printf 'set k%d.%d 0 0 4\r\n%04d\r\nincr k%d.%d 1\r\n' $c "$i" "$i" $c "$i"; done; printf 'quit\r\n'; } | nc -q1 127.0.0.1 21211 | sort | uniq -c | sort -rn | head -n 1 &
done; wait) | sort
printf 'stats\r\nquit\r\n' | nc -q1 127.0.0.1 21211 | grep -aE 'threads|cmd_set|evictions' | tr -d '\r'
kill $p; wait $p; echo "status $?"
memcached -u "$(id -un)" -s "$d/sock" -a 700 & p=$!; for i in {1..200}; do [ -S sock ] && break; sleep .05; done
printf 'set u 0 0 4\r\nunix\r\nget u\r\nquit\r\n' | nc -q1 -U sock; stat -c '%a %F' sock; kill -INT $p; wait $p; echo "status $?"
cd /; rm -rf "$d"
