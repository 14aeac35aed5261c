interpreter: /bin/bash
packages: dbus dbus-bin xvfb x11-utils
needs: /usr/bin/dbus-run-session /usr/bin/dbus-send /usr/bin/Xvfb /usr/bin/xdpyinfo /usr/bin/xprop
timeout: 60
tags: heavy
program: dbus-daemon, Xvfb
---
# a session bus with names, signals and credentials of its peers; a system bus of its own; an X server with clients over its socket
d=$(mktemp -d); cd "$d" || exit 1; export LC_ALL=C
dbus-run-session -- sh -c '
S="dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus"
$S.ListNames | grep -c string; $S.GetNameOwner string:org.freedesktop.DBus | tail -n 1
$S.GetConnectionUnixUser string:org.freedesktop.DBus | tail -n 1 | grep -c "uint32 $(id -u)"
$S.GetConnectionUnixProcessID string:org.freedesktop.DBus | tail -n 1 | grep -c uint32
$S.Nothing 2>&1 | cut -d: -f 1
dbus-monitor --session "type=signal,interface=a.b" >mon & m=$!; for i in $(seq 100); do grep -q NameAcquired mon && break; sleep .05; done
dbus-send --session --type=signal /x a.b.Rang string:bell array:int32:1,2,3; for i in $(seq 100); do grep -q bell mon && break; sleep .05; done
grep -c -e bell -e "int32 [123]" mon; kill $m' 2>/dev/null; echo "session $?"
cat >sys.conf <<C
<busconfig><type>system</type><listen>unix:path=$d/sys</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow send_destination="*"/><allow receive_sender="*"/><deny own="*"/><allow own="x.y"/></policy></busconfig>
C
p=$(dbus-daemon --config-file="$d/sys.conf" --fork --print-pid); export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$d/sys
for n in x.y q.r; do dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.RequestName string:$n uint32:0 2>&1 | tail -n 1 | cut -d: -f 1; done
kill "$p"; for i in {1..100}; do [ -S sys ] || break; sleep .05; done; ls sys 2>&1
Xvfb -noreset -displayfd 3 -screen 0 640x480x24 -nolisten tcp 3>num 2>/dev/null & x=$!
for i in {1..200}; do [ -s num ] && break; sleep .05; done; export DISPLAY=:$(cat num)
xdpyinfo | grep -E 'dimensions|depth of root'; xprop -root -format note 8s -set note hello; xprop -root note; xprop -root -spy note >spy & s=$!
for i in {1..100}; do grep -q hello spy && break; sleep .05; done; xprop -root -format note 8s -set note again; for i in {1..100}; do grep -q again spy && break; sleep .05; done; tail -n 1 spy
(for i in {1..10}; do xdpyinfo >/dev/null & done; wait); echo "ten clients"; kill $s $x; wait $x; echo "server $?"; cd /; rm -rf "$d"
