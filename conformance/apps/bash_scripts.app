interpreter: /bin/bash
packages: bash coreutils
timeout: 60
---
d=$(mktemp -d); cd "$d" || exit 1
trap 'cd /; rm -rf "$d"; echo bye' EXIT
printf '%s\n' c a b | sort | tr a-c A-C
cat <<'E' | wc -l
one
two
E
cat <<<"here string"
diff <(seq 3) <(seq 4); echo "diff $?"
exec 5>log; echo to-five >&5; exec 5>&-; cat log
{ echo out; echo err >&2; } 2>&1 | sort
a=(x y z); echo "${a[@]:1}" "${#a[@]}"
declare -A h=([k]=v [q]=w); echo "${h[k]}${h[q]}"
[[ foo42 =~ ^foo([0-9]+)$ ]] && echo "${BASH_REMATCH[1]}"
sleep 0.3 & p=$!; (exit 7) & q=$!; wait $q; echo "q $?"; wait $p; echo "p $?"
for i in 1 2 3 4 5; do (sleep 0.0$i; echo "job $i" >>jobs) & done; wait; sort jobs
trap 'echo usr1' USR1; kill -USR1 $BASHPID
trap 'echo term; exit 9' TERM
{ (trap - TERM; kill -TERM $BASHPID; echo never); echo "killed $?"; } 2>/dev/null
set -o pipefail; false | true; echo "pipefail $?"; set +o pipefail
echo "${PIPESTATUS[@]}"
true | false | (exit 3); echo "${PIPESTATUS[@]}"
coproc cat; echo through >&"${COPROC[1]}"; read -r line <&"${COPROC[0]}"; echo "$line"
eval "exec ${COPROC[1]}>&-"; wait "$COPROC_PID" 2>/dev/null
read -t 0.1 x < <(sleep 1); echo "read $((  $? > 128 ))"
timeout 0.2 sleep 5; echo "timeout $?"
mapfile -t m < <(seq 5); echo "${m[3]}"
printf '%q\n' 'a b'
shopt -s globstar; mkdir -p g/h; touch g/1 g/h/2; echo **/*
kill -0 $$ && echo alive
yes | head -n 1000 | wc -l
ulimit -n 64; ulimit -n
{ bash -c 'ulimit -t 1; while :; do :; done'; echo "cpu limit $?"; } 2>/dev/null
exec 3< <(echo sub); cat <&3
bash -c 'kill -STOP $$; echo continued' & p=$!; sleep 0.2; kill -CONT $p; wait $p; echo $?
