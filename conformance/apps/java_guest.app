interpreter: /bin/bash
packages: default-jdk-headless
needs: /usr/bin/javac
timeout: 180
program: OpenJDK
---
# javac, threads, SIGSEGV as NullPointerException, HTTP server, collectors, what the JVM thinks of its container
d=$(mktemp -d); cd "$d" || exit 1; J=$(dirname "$(readlink -f /usr/bin/javac)")
cat >G.java <<'E2'
import java.net.*; import java.net.http.*; import java.nio.*; import java.nio.channels.*; import java.nio.file.*; import java.util.*; import java.util.concurrent.*; import java.util.concurrent.atomic.*; import com.sun.net.httpserver.*;
public class G { static class Node { Node next; int v; }
  static int walk(Node n) { return n.next.v; }
  public static void main(String[] a) throws Exception {
    Node n = new Node(); n.next = new Node(); n.next.v = 1; int sum = 0, npe = 0;
    for (int i = 0; i < 200000; i++) sum += walk(n);
    for (int i = 0; i < 2000; i++) try { walk(n.next); } catch (NullPointerException e) { npe++; }
    System.out.println(sum + " " + npe);
    ExecutorService x = Executors.newFixedThreadPool(8); AtomicLong t = new AtomicLong(); List<Future<?>> fs = new ArrayList<>();
    for (int i = 0; i < 64; i++) fs.add(x.submit(() -> { ArrayList<byte[]> l = new ArrayList<>(); for (int k = 0; k < 500; k++) l.add(new byte[2000]); t.addAndGet(l.size()); }));
    for (Future<?> f : fs) f.get(); System.out.println(t);
    HttpServer s = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50); s.setExecutor(x);
    s.createContext("/", e -> { byte[] b = e.getRequestURI().getPath().repeat(1000).getBytes(); e.sendResponseHeaders(200, b.length); e.getResponseBody().write(b); e.close(); }); s.start();
    HttpClient c = HttpClient.newHttpClient(); List<CompletableFuture<Integer>> rs = new ArrayList<>();
    for (int i = 0; i < 50; i++) rs.add(c.sendAsync(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + s.getAddress().getPort() + "/abc")).build(), HttpResponse.BodyHandlers.ofString()).thenApply(r -> r.body().length()));
    int total = 0; for (var r : rs) total += r.get(); System.out.println(total); s.stop(0); x.shutdown();
    try (FileChannel f = FileChannel.open(Path.of("map"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) { MappedByteBuffer m = f.map(FileChannel.MapMode.READ_WRITE, 0, 1 << 20); m.putInt(1 << 19, 42); m.force(); ByteBuffer b = ByteBuffer.allocate(4); f.read(b, 1 << 19); System.out.println(b.getInt(0)); }
    Files.deleteIfExists(Path.of("new")); WatchService w = FileSystems.getDefault().newWatchService(); Path.of(".").register(w, StandardWatchEventKinds.ENTRY_CREATE); Files.writeString(Path.of("new"), "x"); System.out.println(w.take().pollEvents().get(0).context());
    try { deep(0); } catch (StackOverflowError e) { System.out.println("stack overflow"); }
    Process p = new ProcessBuilder("sh", "-c", "cat; exit 3").redirectErrorStream(true).start(); p.getOutputStream().write("piped\n".getBytes()); p.getOutputStream().close(); System.out.print(new String(p.getInputStream().readAllBytes())); System.out.println(p.waitFor() + " " + p.toHandle().isAlive());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
    System.out.println(Runtime.getRuntime().availableProcessors() == Integer.parseInt(a[0]));
    if (a.length > 1) { ProcessHandle.current().destroyForcibly(); } }
  static int deep(int i) { return deep(i + 1) + 1; } }
E2
$J/javac -d . G.java; echo "javac $?"; $J/jar cfe g.jar G ./*.class; cpus=$(nproc)
$J/java -Xmx128m -jar g.jar "$cpus"; echo "status $?"
for gc in SerialGC ZGC; do $J/java -Xmx128m -XX:+Use$gc -jar g.jar "$cpus" | sha256sum; done
$J/java -XX:+UseContainerSupport -Xlog:os+container=info -Xmx64m -version 2>&1 | grep -c 'Runtime Environment'
$J/java -Xmx16m -XX:+ExitOnOutOfMemoryError -cp . G "$cpus" >/dev/null 2>&1; echo "small heap $?"
$J/java -Xmx64m -cp . G "$cpus" x >/dev/null 2>&1; echo "error $?"
echo 'class T { public static void main(String[] a) throws Exception { System.out.println("waiting"); Thread.sleep(60000); } }' >T.java
$J/java -Xmx64m T.java >t.out 2>&1 & p=$!; for i in {1..300}; do grep -q waiting t.out && break; sleep .1; done
$J/jcmd $p Thread.print 2>&1 | grep -c '"main"'; kill -QUIT $p; for i in {1..100}; do grep -q 'Full thread dump' t.out && break; sleep .1; done; grep -c 'Full thread dump' t.out; kill $p; wait $p; echo "terminated $?"
cd /; rm -rf "$d"
