interpreter: /bin/bash
packages: default-jre-headless
needs: /usr/bin/java
timeout: 120
compare: status
---
d=$(mktemp -d); cd "$d" || exit 1
cat >H.java <<'E'
import java.util.*; import java.util.stream.*; import java.nio.file.*; import java.net.*;
public class H { public static void main(String[] a) throws Exception {
  System.out.println(IntStream.range(0, 100000).parallel().mapToLong(i -> i).sum());
  Thread[] t = new Thread[50]; for (int i = 0; i < 50; i++) { t[i] = new Thread(() -> new byte[100000].clone()); t[i].start(); } for (Thread x : t) x.join();
  Process p = new ProcessBuilder("echo", "hi").start(); System.out.print(new String(p.getInputStream().readAllBytes())); System.out.println(p.waitFor());
  Path f = Files.createTempFile("x", "y"); Files.writeString(f, "z".repeat(1000)); System.out.println(Files.size(f)); Files.delete(f);
  try { String s = null; s.length(); } catch (NullPointerException e) { System.out.println("npe"); }
  try (ServerSocket s = new ServerSocket(0, 5, InetAddress.getLoopbackAddress()); Socket c = new Socket(s.getInetAddress(), s.getLocalPort()); Socket q = s.accept()) {
    c.getOutputStream().write(65); System.out.println(q.getInputStream().read()); }
  System.gc(); System.exit(3); } }
E
/usr/bin/java H.java; r=$?; cd /; rm -rf "$d"; exit $r
