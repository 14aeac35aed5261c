// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a pod has of the network: one small file for each, written before anything is made and removed after everything is
 * gone. So an address is free if and only if no file names it, whenever the agent dies.
 *
 * @param ip 0: none
 * @param link the host's end of the pod's cable
 */
record PodRecord(String uid, String pod, long ip, String link, List<HostPort.Mapping> ports) {

    private static final String SUFFIX = ".pod";

    void save(Path dir) throws IOException {
        StringBuilder b = new StringBuilder();
        b.append("pod ").append(pod).append('\n');
        b.append("ip ").append(Ipv4.text(ip)).append('\n');
        b.append("link ").append(link).append('\n');
        for (HostPort.Mapping m : ports) {
            b.append("port ")
                    .append(m.protocol())
                    .append(' ')
                    .append(Ipv4.text(m.hostIp()))
                    .append(' ');
            b.append(m.hostPort()).append(' ').append(m.containerPort()).append('\n');
        }
        write(dir.resolve(uid + SUFFIX), b.toString());
    }

    /** Writes a file so that it is there whole or not at all, also after a loss of power. */
    static void write(Path file, String text) throws IOException {
        Path next = file.resolveSibling("." + file.getFileName() + ".new");
        try (FileChannel c = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer data = StandardCharsets.UTF_8.encode(text);
            while (data.hasRemaining()) {
                c.write(data);
            }
            c.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel d = FileChannel.open(file.toAbsolutePath().getParent())) {
            d.force(true);
        }
    }

    static void remove(Path dir, String uid) throws IOException {
        Files.deleteIfExists(dir.resolve(uid + SUFFIX));
    }

    static @Nullable PodRecord load(Path dir, String uid) throws IOException {
        Path file = dir.resolve(uid + SUFFIX);
        return Files.exists(file) ? read(file) : null;
    }

    static List<PodRecord> loadAll(Path dir) throws IOException {
        List<PodRecord> out = new ArrayList<>();
        try (var files = Files.newDirectoryStream(dir, "*" + SUFFIX)) {
            for (Path f : files) {
                out.add(read(f));
            }
        }
        return out;
    }

    private static PodRecord read(Path file) throws IOException {
        String name = file.getFileName().toString();
        String pod = "";
        long ip = 0;
        String link = "";
        List<HostPort.Mapping> ports = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            String[] w = line.split(" ", -1);
            try {
                switch (w[0]) {
                    case "pod" -> pod = w[1];
                    case "ip" -> ip = Math.max(Ipv4.parse(w[1]), 0);
                    case "link" -> link = w[1];
                    case "port" ->
                        ports.add(new HostPort.Mapping(
                                HostPort.Protocol.valueOf(w[1]),
                                Math.max(Ipv4.parse(w[2]), 0),
                                Integer.parseInt(w[3]),
                                ip,
                                Integer.parseInt(w[4])));
                    default -> {}
                }
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw new IOException(file + " is damaged: \"" + line + "\"", e);
            }
        }
        return new PodRecord(name.substring(0, name.length() - SUFFIX.length()), pod, ip, link, List.copyOf(ports));
    }
}
