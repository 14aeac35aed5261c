interpreter: /usr/bin/busybox sh
packages: busybox-static
needs: /usr/bin/busybox
timeout: 60
---
set -e
d=$(mktemp -d); cd "$d"
trap 'cd /; rm -rf "$d"' EXIT
echo "hello $((6 * 7))"
for i in 1 2 3; do echo "line $i"; done | while read -r a b; do echo "$b:$a"; done
f() { local x=$1; echo "in f: $x"; return 3; }
f one || echo "status $?"
case abc in a*) echo glob;; esac
cat <<E
here ${d:+document}
E
(exit 5) || echo "subshell $?"
x=$(echo a; echo b); echo "$x"
sleep 0.1 & wait $!; echo "waited $?"
false && echo no || echo yes
echo "${x%b*}" "${#x}"
set -- p q r; shift; echo "$# $*"
trap 'echo got usr1' USR1; kill -USR1 $$; echo after
