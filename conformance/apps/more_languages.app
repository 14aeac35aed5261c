interpreter: /bin/bash
packages: golang-go erlang-base zsh fish ksh
needs: /usr/bin/go /usr/bin/erl /usr/bin/zsh /usr/bin/fish /usr/bin/ksh
timeout: 240
tags: heavy
program: go, erlang, zsh, fish, ksh
---
# the Go tool chain builds and tests a package with goroutines, sockets and children; two Erlang nodes; jobs of three shells
d=$(mktemp -d); cd "$d" || exit 1; export HOME=$d GOCACHE=$d/c GOFLAGS=-mod=mod GOPROXY=off LC_ALL=C.UTF-8
mkdir m; cd m; go mod init m 2>/dev/null
cat >m.go <<'G'
package m

import ("net"; "net/http"; "io"; "os"; "os/exec"; "os/signal"; "sync"; "syscall"; "time")

func Sum(n int) int { c := make(chan int); var w sync.WaitGroup
	for i := 0; i < n; i++ { w.Add(1); go func(i int) { defer w.Done(); c <- i }(i) }
	go func() { w.Wait(); close(c) }(); s := 0; for v := range c { s += v }; return s }
func Web() (string, error) { l, e := net.Listen("tcp", "127.0.0.1:0"); if e != nil { return "", e }
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "web "+r.URL.Path) }))
	r, e := http.Get("http://" + l.Addr().String() + "/x"); if e != nil { return "", e }; b, e := io.ReadAll(r.Body); return string(b), e }
func Child() string { o, _ := exec.Command("sh", "-c", "echo out; exit 3").CombinedOutput(); return string(o) }
func Signal() bool { c := make(chan os.Signal, 1); signal.Notify(c, syscall.SIGUSR1); syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	select { case <-c: return true; case <-time.After(20 * time.Second): return false } }
func Names() int { i, _ := net.Interfaces(); return len(i) }
G
cat >m_test.go <<'G'
package m

import "testing"

func TestSum(t *testing.T) { if Sum(10000) != 49995000 { t.Fatal() } }
func TestWeb(t *testing.T) { s, e := Web(); if s != "web /x" { t.Fatal(s, e) } }
func TestChild(t *testing.T) { if Child() != "out\n" { t.Fatal() } }
func TestSignal(t *testing.T) { if !Signal() { t.Fatal() } }
func TestNames(t *testing.T) { if Names() < 1 { t.Fatal() } }
func TestFails(t *testing.T) { t.Fatal("on purpose") }
G
go vet . >/dev/null 2>&1; go test -v . 2>&1 | grep -E '^(---|FAIL|ok|panic)' | sed 's/(.*//;s/\t.*//'; go test -race -run 'Sum|Web' . 2>&1 | sed 's/\t.*//' | head -n 2; cd ..
erl -noshell -eval 'S=self(),[spawn(fun()->S!{I,I*I} end)||I<-lists:seq(1,20000)],T=lists:sum([receive{_,Q}->Q end||_<-lists:seq(1,20000)]),{ok,L}=gen_tcp:listen(0,[binary,{active,false},{ip,{127,0,0,1}}]),{ok,P}=inet:port(L),spawn(fun()->{ok,C}=gen_tcp:connect({127,0,0,1},P,[binary]),gen_tcp:send(C,<<"hi">>) end),{ok,A}=gen_tcp:accept(L),{ok,B}=gen_tcp:recv(A,2),X=os:cmd("echo sh"),ets:new(t,[named_table]),ets:insert(t,{a,1}),io:format("~p ~p ~p ~p ~p~n",[T,B,X,ets:lookup(t,a),erlang:system_info(schedulers)>0]),halt(7).'; echo "erl $?"
zsh -fc 'setopt extendedglob; a=(x y z); print $a[-1] ${(U)a} $((2**10)); sleep 0.2 & wait $!; print "zsh $?"; zmodload zsh/zpty && zpty c cat && zpty -w c typed && zpty -r c line && print ${line%%$'"'\\\\r'"'*}'
fish -c 'set a (seq 5); echo $a[2..3] (math 2^8); for i in 1 2; sleep 0.1 &; end; wait; false; echo fish $status; string match -r "b+" aabbb'
ksh -c 'typeset -F2 f=1/3.0; print $f; (sleep 0.1; exit 4) & wait $!; print "ksh $?"; print -r -- ${.sh.version:+version}; exec 3<>/dev/null && print open'
cd /; chmod -R u+w "$d"; rm -rf "$d"
