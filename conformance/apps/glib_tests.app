interpreter: /bin/bash
packages: libglib2.0-tests
needs: /usr/libexec/installed-tests/glib/gsubprocess
timeout: 400
tags: heavy
program: GLib's own tests
remark: those of threads, main loops, children, sockets, files and timers; the others compute only
---
# which of GLib's tests fail?
export HOME=$(mktemp -d) LC_ALL=C.UTF-8 XDG_RUNTIME_DIR=$(mktemp -d); cd "$HOME" || exit 1
for t in asyncqueue atomic async-close-output-stream buffered-input-stream cancellable cond converter-stream data-input-stream environment g-file-info gdbus-auth \
    gdbus-connection-flush gdbus-message gdbus-non-socket gdbus-server-auth gio-tool.py gpollable-test gsubprocess inet-address io-stream io-channel \
    io-channel-basic keyfile live-g-file mapping memory-input-stream mutex network-address once pipe-unix poll-test private \
    rec-mutex resources rwlock sleepy-stream slice-concurrent socket socket-address socket-listener socket-service spawn-multithreaded spawn-singlethread \
    spawn-test stream-rw_all task testfilemonitor thread thread-pool threadpool-test thread-pool-slow threadtests timeout unix unix-fd unix-mounts \
    unix-multithreaded unix-nothreads unix-streams utils-isolated win32; do
  p=/usr/libexec/installed-tests/glib/$t; [ -x $p ] || continue
  timeout -s KILL 60 $p >o 2>&1 </dev/null; r=$?; [ $r = 0 ] || [ $r = 77 ] || { echo "$t $r"; grep -a '^not ok\|ERROR' o | head -n 2 | cut -c 1-100; }
  n=$((n + 1)); k=$((k + $(grep -ac '^ok' o))); done
echo "$n programs, $k tests"; cd /; rm -rf "$HOME" "$XDG_RUNTIME_DIR"
