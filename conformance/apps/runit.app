interpreter: /bin/bash
packages: runit
needs: /usr/bin/runsvdir /usr/bin/sv /usr/bin/svlogd /usr/bin/chpst
timeout: 60
program: runit
---
# services under runsvdir: started again when they die, logs, control, end of all
d=$(mktemp -d); cd "$d" || exit 1
mkdir -p s/a/log s/b logs; printf '#!/bin/sh\nexec 2>&1\necho started\nexec sleep 600\n' >s/a/run; printf '#!/bin/sh\nexec svlogd %s/logs\n' "$d" >s/a/log/run; printf '#!/bin/sh\necho x >>%s/b.count\nexec chpst -n 5 -o 50 sh -c "nice >%s/nice; ulimit -n >%s/ulimit; exec sleep 600"\n' "$d" "$d" "$d" >s/b/run; printf '#!/bin/sh\necho "finish $1" >>%s/fin\n' "$d" >s/b/finish; chmod +x s/*/run s/*/finish s/a/log/run 2>/dev/null
runsvdir "$d/s" & r=$!
has() { for i in {1..200}; do "$@" >/dev/null 2>&1 && return; sleep .05; done; echo "never: $*"; }
st() { sv status "$d/s/$1" | sed 's,/tmp/[^ ]*/,,; s/([^)]*)/()/g; s/[0-9]*s\b/Ns/g; s/;.*//'; }
has grep -q started logs/current; has sv check "$d/s/a"; has sv check "$d/s/b"; has test -s ulimit; st a; st b; cat nice ulimit
p=$(cat s/b/supervise/pid); kill -9 "$p"; has grep -q finish fin; for i in {1..200}; do [ "$(wc -l <b.count)" = 2 ] && break; sleep .05; done; wc -l <b.count; cat fin
has sv check "$d/s/b"; sv down "$d/s/b" | sed 's/.*://'; has sh -c "sv status $d/s/b | grep -q ^down"; st b; sv -w 10 start "$d/s/b" >/dev/null; echo "start $?"; sv pause "$d/s/a"; has sh -c "sv status $d/s/a | grep -q paused"; sv cont "$d/s/a"; sv -w 10 restart "$d/s/a" >/dev/null; echo "restart $?"
kill -HUP $r; wait $r; echo "end $?"; for i in {1..200}; do pgrep -f "runsv [ab]$" -s 0 >/dev/null || break; sleep .05; done; grep -c started logs/current
cd /; rm -rf "$d"
