interpreter: /bin/bash
packages: ruby php-cli lua5.4 tcl
needs: /usr/bin/ruby /usr/bin/php /usr/bin/lua5.4 /usr/bin/tclsh
timeout: 120
program: ruby, php, lua, tcl
---
d=$(mktemp -d); cd "$d" || exit 1
cat >a.rb <<'R'
require 'socket'; require 'tempfile'; require 'open3'; require 'json'; require 'digest'; require 'timeout'; require 'io/console'
puts Thread.new { (1..1000).sum }.value, Array.new(8) { |i| Thread.new { sleep 0.01; i } }.sum(&:value)
r, w = IO.pipe; pid = fork { r.close; w.puts 'child'; exit! 3 }; w.close; puts r.read; Process.wait pid; puts $?.exitstatus
s = TCPServer.new('127.0.0.1', 0); t = Thread.new { c = s.accept; c.write c.gets.upcase; c.close }; c = TCPSocket.new('127.0.0.1', s.addr[1]); c.puts 'hello'; puts c.read; t.join
UNIXServer.open('u') { |u| UNIXSocket.open('u') { |x| y = u.accept; x.send_io($stdout); y.recv_io(IO).puts 'by descriptor' } }
o, e, st = Open3.capture3('cat; echo err >&2; exit 2', stdin_data: 'in'); p o, e, st.exitstatus
trap('USR1') { puts 'usr1' }; Process.kill('USR1', $$); sleep 0.05; begin; Timeout.timeout(0.05) { sleep 5 }; rescue Timeout::Error; puts 'timeout'; end
Tempfile.create { |f| f.flock(File::LOCK_EX); f.write JSON.dump({ a: [1, 2] }); f.flush; puts File.size(f.path) }; puts Digest::SHA256.hexdigest('x'); GC.start; GC.compact
f = Fiber.new { Fiber.yield 1; 2 }; puts f.resume + f.resume; puts Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) > 0; ra = Ractor.new { Ractor.receive * 2 } rescue nil; ra&.send(21); puts ra&.take
puts Dir.glob('/proc/self/fd/*').size > 3, Etc.getpwuid(0).name rescue puts 'no Etc'; abort 'end'
R
ruby -W0 a.rb 2>&1; echo "ruby $?"
cat >a.php <<'P'
<?php $s = stream_socket_server('tcp://127.0.0.1:0', $e); $c = stream_socket_client('tcp://' . stream_socket_get_name($s, false)); $a = stream_socket_accept($s); fwrite($c, "hi\n"); echo fgets($a);
$p = proc_open(['sh', '-c', 'cat; exit 4'], [['pipe', 'r'], ['pipe', 'w']], $q); fwrite($q[0], "piped\n"); fclose($q[0]); echo stream_get_contents($q[1]); echo proc_close($p), "\n";
$f = tempnam('.', 'x'); file_put_contents($f, str_repeat('y', 5000), LOCK_EX); echo filesize($f), ' ', md5_file($f), "\n"; $r = [$a]; $w = null; $x = null; echo stream_select($r, $w, $x, 0, 20000), "\n";
if (class_exists('SQLite3')) { $b = new SQLite3('db'); $b->exec('create table t(a); insert into t values (7)'); echo $b->querySingle('select a from t'), "\n"; } else echo "7\n";
echo array_sum(array_map(fn($i) => $i ** 2, range(1, 1000))), ' ', strlen(gzcompress(str_repeat('a', 10000))) < 100 ? 'z' : 'n', ' ', json_encode(glob('*.php')), "\n"; echo posix_getpid() == getmypid() ? "pid\n" : "no\n"; exit(6);
P
php a.php; echo "php $?"
mkdir www; echo '<?php echo "from ", $_SERVER["REQUEST_URI"], " ", PHP_SAPI, "\n";' >www/index.php
while p=$((20000 + RANDOM % 9000)); (: </dev/tcp/127.0.0.1/$p) 2>/dev/null; do :; done
PHP_CLI_SERVER_WORKERS=3 php -S 127.0.0.1:$p -t www >/dev/null 2>&1 & m=$!; for i in {1..100}; do (: </dev/tcp/127.0.0.1/$p) 2>/dev/null && break; sleep .05; done
for i in 1 2 3; do php -r "echo file_get_contents('http://127.0.0.1:$p/a$i');"; done; kill $m; wait $m 2>/dev/null; pkill -P $m 2>/dev/null
lua5.4 - <<'L'
local f = io.popen('echo from popen; exit 3'); print(f:read('a')); print(f:close()); local t = {}; for i = 1, 1e5 do t[i] = i % 7 end; table.sort(t); print(t[1], t[#t], #t)
local n = os.tmpname(); local h = assert(io.open(n, 'w')); h:setvbuf('full'); h:write(('x'):rep(1e5)); h:close(); h = io.open(n); print(h:seek('end')); h:close(); print(os.remove(n)); print(os.execute('exit 5')); print(os.getenv('NOTHING'))
local co = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end); print(co(), co(), co()); print((pcall(error, { code = 1 }))); os.exit(9)
L
echo "lua $?"
cat >a.tcl <<'T'
proc accept {c a p} { fconfigure $c -buffering line; fileevent $c readable [list echo $c] }
proc echo c { if {[gets $c l] < 0} { close $c } else { puts $c [string toupper $l] } }
set s [socket -server accept -myaddr 127.0.0.1 0]; set c [socket 127.0.0.1 [lindex [fconfigure $s -sockname] 2]]; fconfigure $c -buffering line; puts $c hello
fileevent $c readable {set line [gets $c]}; vwait line; puts $line; close $c; puts [exec sh -c {echo sub; exit 0} | tr a-z A-Z]; puts [catch {exec sh -c {exit 3}} m o]; puts [lindex [dict get $o -errorcode] 2]
set p [open "|cat" r+]; fconfigure $p -blocking 0 -buffering line; fileevent $p readable {set got [gets $p]}; puts $p piped; vwait got; puts $got; close $p; after 20 {set done 1}; vwait done; puts [file size a.tcl]; puts [lsort [glob a.*]]; exit 4
T
tclsh a.tcl; echo "tcl $?"
cd /; rm -rf "$d"
