interpreter: /bin/bash
packages: tmux vim-tiny less
needs: /usr/bin/tmux /usr/bin/vim.tiny /usr/bin/less
timeout: 90
program: tmux with vim and less in its panes
---
d=$(mktemp -d); cd "$d" || exit 1; export HOME=$d TMUX_TMPDIR=$d LC_ALL=C.UTF-8 TERM=xterm; unset TMUX
T="tmux -f /dev/null"; seq 1000 >lines; echo "set -g default-terminal screen" >/dev/null
has() { for i in {1..200}; do $T capture-pane -p -t "$1" | grep -q -- "$2" && return; sleep .05; done; echo "never in $1: $2"; $T capture-pane -p -t "$1"; }
$T new-session -d -s s -x 80 -y 24 'PS1="ready> " exec sh'; has s 'ready>'
$T send-keys -t s 'echo one two | tr a-z A-Z; stty size; tty | cut -c 1-9' Enter; has s 'ONE TWO'; has s '24 80\|23 80'; has s /dev/pts/
$T send-keys -t s 'sleep 500' Enter; sleep .3; $T send-keys -t s C-c; $T send-keys -t s 'echo after $?' Enter; has s 'after 130'
$T send-keys -t s 'cat' Enter; $T send-keys -t s 'typed' Enter C-z; has s Stopped; $T send-keys -t s 'jobs; kill %1; echo job done' Enter; has s 'job done'
$T split-window -h -t s "less $d/lines"; has s.1 '^1$\|^1 '; $T send-keys -t s.1 G; has s.1 1000; $T send-keys -t s.1 '?^500$' Enter; has s.1 500; $T send-keys -t s.1 q
for i in {1..100}; do [ "$($T list-panes -t s | wc -l)" = 1 ] && break; sleep .05; done; $T list-panes -t s | wc -l
$T new-window -t s: -n ed "vim.tiny -u NONE -n $d/lines"; has s:ed '^1$'; $T resize-window -t s:ed -x 60 -y 20; $T send-keys -t s:ed ':%s/^5/five/' Enter 'gg' 'O' 'inserted' Escape ':wq' Enter
for i in {1..200}; do [ "$(head -n 1 lines)" = inserted ] && break; sleep .05; done; head -n 1 lines; grep -c five lines; wc -l <lines
$T new-window -d -t s: -n sz 'trap "stty size >>sizes" WINCH; echo up; while :; do sleep .05; done'; has s:sz up; $T resize-window -t s:sz -x 71 -y 19; for i in {1..100}; do grep -q '19 71' sizes 2>/dev/null && break; sleep .05; done; tail -n 1 sizes
$T run-shell -b "echo hook >$d/hook"; for i in {1..100}; do [ -s hook ] && break; sleep .05; done; cat hook; $T set-buffer pasted; $T paste-buffer -t s:0; has s:0 pasted; $T list-windows -t s | wc -l
script -qec "$T attach -t s" /dev/null </dev/null >att 2>&1 & a=$!; for i in {1..200}; do [ "$($T list-clients | wc -l)" = 1 ] && break; sleep .05; done; $T list-clients | wc -l; $T detach-client -s s; wait $a; grep -c detached att
$T kill-server; for i in {1..100}; do $T has-session 2>/dev/null || break; sleep .05; done; $T has-session 2>&1 | sed 's/ on .*//;s/ connecting to .*//'
printf 'b\na\nc\n' >f; vim.tiny -u NONE -es -c '%sort' -c '%!tr a-z A-Z' -c 'call append(0, "x")' -c wq f; echo "vim $?"; vim.tiny -u NONE -es -c 'sort' -c wq f; echo "vim $?"; cat f
less -E -X f | cat; LESSOPEN='|tr A-Z a-z <%s' less f | cat
cd /; rm -rf "$d"
