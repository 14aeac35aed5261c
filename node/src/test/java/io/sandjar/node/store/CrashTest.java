// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.node.store.StoreException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashTest {
    @TempDir
    Path dir;

    private static String contents(ObjectStore store) {
        StringBuilder all = new StringBuilder();
        store.committer()
                .objects()
                .forEach((k, v) -> all.append(k.kind())
                        .append(k.name())
                        .append(new String(v.json()))
                        .append('\n'));
        return all.toString();
    }

    /** Whatever the length at which a crash leaves the journal: all that was acknowledged up to there is there. */
    @Test
    void everyByteOfTheJournal() throws IOException {
        Path live = dir.resolve("live");
        TreeMap<Long, String> states = new TreeMap<>();
        try (ObjectStore store = ObjectStore.open(live)) {
            Journal journal = assertNotNullJournal(store);
            states.put(journal.length(), contents(store));
            for (String name : List.of("a", "b", "c")) {
                store.create(Kind.POD, ObjectStoreTest.pod(name));
                states.put(journal.length(), contents(store));
            }
            store.edit(Kind.POD, null, "b", p -> p.getSpec().setHostname("ü"));
            states.put(journal.length(), contents(store));
            store.delete(Kind.POD, null, "a", DeleteOptions.grace(0));
            states.put(journal.length(), contents(store));
        }
        byte[] bytes = Files.readAllBytes(live.resolve("journal-00000000"));
        assertEquals(bytes.length, states.lastKey());
        Path copy = dir.resolve("copy");
        for (int cut = (int) (long) states.firstKey(); cut <= bytes.length; cut++) {
            Files.createDirectories(copy);
            Files.write(copy.resolve("journal-00000000"), Arrays.copyOf(bytes, cut));
            try (ObjectStore store = ObjectStore.open(copy)) {
                assertEquals(states.floorEntry((long) cut).getValue(), contents(store), "cut at " + cut);
            }
            wipe(copy);
        }
        // Garbage instead of the end, as a file system leaves that extended the file but did not write the data.
        for (int cut = (int) (long) states.firstKey(); cut < bytes.length; cut += 37) {
            Files.createDirectories(copy);
            byte[] zeros = Arrays.copyOf(Arrays.copyOf(bytes, cut), bytes.length);
            Files.write(copy.resolve("journal-00000000"), zeros);
            try (ObjectStore store = ObjectStore.open(copy)) {
                assertEquals(states.floorEntry((long) cut).getValue(), contents(store), "zeros from " + cut);
                store.create(Kind.POD, ObjectStoreTest.pod("later"));
            }
            try (ObjectStore store = ObjectStore.open(copy)) {
                assertNotNull(store.get(Kind.POD, null, "later"));
            }
            wipe(copy);
        }
    }

    private static Journal assertNotNullJournal(ObjectStore store) {
        Journal journal = store.committer().journal();
        assertNotNull(journal);
        return journal;
    }

    private static void wipe(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path f : files.toList()) {
                Files.delete(f);
            }
        }
    }

    @Test
    void snapshotsReplaceJournals() throws IOException {
        String before;
        long version;
        try (ObjectStore store = ObjectStore.open(dir)) {
            store.create(Kind.POD, ObjectStoreTest.pod("a"));
            store.create(Kind.POD, ObjectStoreTest.pod("gone"));
            store.delete(Kind.POD, null, "gone", DeleteOptions.grace(0));
            version = store.version();
            assertNotNullJournal(store).snapshot(store.committer().objects().values(), version);
            assertEquals(0, assertNotNullJournal(store).length());
            before = contents(store);
        }
        try (ObjectStore store = ObjectStore.open(dir)) {
            assertEquals(before, contents(store));
            assertEquals(version, store.version());
            store.create(Kind.POD, ObjectStoreTest.pod("b"));
            before = contents(store);
        }
        // An agent that died between the new journal and the new snapshot.
        Files.write(dir.resolve("journal-00000002"), new byte[0]);
        Files.write(dir.resolve("snapshot.new"), new byte[] {1, 2, 3});
        try (ObjectStore store = ObjectStore.open(dir)) {
            assertEquals(before, contents(store));
            for (int i = 0; i < 3000; i++) {
                String n = Integer.toString(i);
                store.edit(Kind.POD, null, "b", p -> p.getMetadata().getLabels().put("n", n.repeat(400)));
            }
            assertTrue(assertNotNullJournal(store).length() < 5 << 20);
            before = contents(store);
        }
        try (ObjectStore store = ObjectStore.open(dir)) {
            assertEquals(before, contents(store));
        }
        try (Stream<Path> files = Files.list(dir)) {
            for (Path f : files.toList()) {
                assertEquals(
                        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(f)), f.toString());
            }
        }
        Path snapshot;
        try (Stream<Path> files = Files.list(dir)) {
            snapshot = files.filter(f -> f.getFileName().toString().startsWith("snapshot-"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.write(snapshot, Arrays.copyOf(Files.readAllBytes(snapshot), 100));
        assertTrue(assertThrows(IOException.class, () -> ObjectStore.open(dir))
                .getMessage()
                .contains("is damaged"));
    }

    @Test
    void fullDiskStaysReadable() throws IOException {
        Full disk = new Full();
        try (ObjectStore store = ObjectStore.open(dir, disk)) {
            store.create(Kind.POD, ObjectStoreTest.pod("a"));
            disk.room = 100;
            StoreException e =
                    assertThrows(StoreException.class, () -> store.create(Kind.POD, ObjectStoreTest.pod("b")));
            assertEquals(Reason.NO_SPACE, e.reason());
            assertTrue(String.valueOf(e.getMessage()).startsWith("no space left on the disk"), e.getMessage());
            assertNotNull(store.trouble());
            assertNotNull(store.get(Kind.POD, null, "a"));
            assertNull(store.get(Kind.POD, null, "b"));
            assertEquals(1, store.list(Kind.POD, null).size());
            disk.room = Long.MAX_VALUE;
            Pod c = store.create(Kind.POD, ObjectStoreTest.pod("c"));
            assertNull(store.trouble());
            assertEquals(Long.toString(store.version()), c.getMetadata().getResourceVersion());
        }
        try (ObjectStore store = ObjectStore.open(dir)) {
            assertEquals(2, store.list(Kind.POD, null).size());
        }
    }

    private static class Full implements Journal.Disk {
        long room = Long.MAX_VALUE;

        @Override
        public void write(FileChannel channel, ByteBuffer bytes) throws IOException {
            if (bytes.remaining() > room) {
                channel.write(bytes.slice(bytes.position(), (int) room));
                throw new IOException("No space left on device");
            }
            channel.write(bytes);
        }

        @Override
        public void force(FileChannel channel) throws IOException {
            channel.force(false);
        }
    }

    /** A full disk is mostly a pod's doing: it can be deleted all the same, and nothing else can be changed. */
    @Test
    void aFullDiskLeavesRoomForDeletions() throws Exception {
        Path reserve = dir.resolve("reserve");
        Full disk = new Full() {
            @Override
            public void write(FileChannel channel, ByteBuffer bytes) throws IOException {
                if (room == 0 && !Files.exists(reserve)) {
                    Journal.Disk.REAL.write(channel, bytes);
                } else {
                    super.write(channel, bytes);
                }
            }
        };
        try (ObjectStore store = ObjectStore.open(dir, disk)) {
            store.create(Kind.POD, ObjectStoreTest.pod("a"));
            assertTrue(Files.size(reserve) > 100_000);
            disk.room = 0;
            assertThrows(StoreException.class, () -> store.create(Kind.POD, ObjectStoreTest.pod("b")));
            assertTrue(Files.exists(reserve));
            store.delete(Kind.POD, null, "a", DeleteOptions.grace(0));
        }
        try (ObjectStore store = ObjectStore.open(dir)) {
            assertEquals(0, store.list(Kind.POD, null).size());
        }
    }

    @Test
    void oneAgentAtATime() throws IOException {
        try (ObjectStore store = ObjectStore.open(dir)) {
            assertNotNull(store);
            assertTrue(assertThrows(IOException.class, () -> ObjectStore.open(dir))
                    .getMessage()
                    .contains("in use"));
        }
    }

    @Test
    void manyWritersShareAnFsync() throws Exception {
        int[] syncs = {0};
        Journal.Disk counting = new Journal.Disk() {
            @Override
            public void write(FileChannel channel, ByteBuffer bytes) throws IOException {
                Journal.Disk.REAL.write(channel, bytes);
            }

            @Override
            public void force(FileChannel channel) throws IOException {
                syncs[0]++;
                try {
                    Thread.sleep(2);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                channel.force(false);
            }
        };
        try (ObjectStore store = ObjectStore.open(dir, counting);
                ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String name = "p" + i;
                done.add(all.submit(() -> store.create(Kind.POD, ObjectStoreTest.pod(name))));
            }
            for (Future<?> f : done) {
                f.get();
            }
            assertEquals(200, store.list(Kind.POD, null).size());
            assertTrue(syncs[0] < 100, syncs[0] + " fsyncs for 200 objects");
        }
    }

    @Test
    void watchesResumeOrSayThatItIsTooLate() throws Exception {
        long first;
        try (ObjectStore store = ObjectStore.open(dir)) {
            store.create(Kind.POD, ObjectStoreTest.pod("a"));
            first = store.version();
            store.create(Kind.POD, ObjectStoreTest.pod("b"));
            try (RawWatch watch = store.watchRaw(Kind.POD, null, Selector.EVERYTHING, first)) {
                RawWatch.Item item = watch.take();
                assertNotNull(item);
                assertEquals("b", item.stored().key().name());
            }
            for (int i = 0; i < 6000; i++) {
                store.later(s -> s.put(
                        ObjectStore.key(Kind.EVENT, null, "e"),
                        io.sandjar.node.model.Json.mapper().createObjectNode()));
            }
            store.create(Kind.POD, ObjectStoreTest.pod("c"));
            assertEquals(
                    Reason.EXPIRED,
                    assertThrows(StoreException.class, () -> store.watchRaw(Kind.POD, null, Selector.EVERYTHING, first))
                            .reason());
        }
        try (ObjectStore store = ObjectStore.open(dir)) {
            assertEquals(
                    Reason.EXPIRED,
                    assertThrows(StoreException.class, () -> store.watchRaw(Kind.POD, null, Selector.EVERYTHING, first))
                            .reason());
            store.watchRaw(Kind.POD, null, Selector.EVERYTHING, store.version()).close();
        }
    }

    @Test
    void eventsCount() throws Exception {
        try (ObjectStore store = ObjectStore.open(dir)) {
            Pod pod = store.create(Kind.POD, ObjectStoreTest.pod("a"));
            StoreEvents events = new StoreEvents(store, "kubelet", "here");
            events.record(pod, "Normal", "Pulled", "got it");
            events.record(pod, "Warning", "BackOff", "again");
            events.record(pod, "Warning", "BackOff", "again");
            new StoreEvents(store, "kubelet", "here"); // knows what there is
            store.create(Kind.POD, ObjectStoreTest.pod("b")); // after them
            var list = store.list(Kind.EVENT, "default");
            assertEquals(2, list.size());
            assertEquals(
                    2,
                    list.stream()
                            .filter(e -> e.getReason().equals("BackOff"))
                            .findFirst()
                            .orElseThrow()
                            .getCount());
            assertEquals(
                    2,
                    store.list(Kind.EVENT, null, Selector.parseFields("involvedObject.name=a"))
                            .size());
            for (int i = 0; i < 1200; i++) {
                events.record(pod, "Normal", "N", "number " + i);
            }
            store.create(Kind.POD, ObjectStoreTest.pod("c"));
            assertEquals(1000, store.list(Kind.EVENT, null).size());
        }
        try (ObjectStore store = ObjectStore.open(dir)) {
            assertEquals(1000, store.list(Kind.EVENT, null).size());
            StoreEvents events = new StoreEvents(store, "kubelet", "here");
            events.record(store.require(Kind.POD, null, "a"), "Normal", "N", "number 1199");
            store.create(Kind.POD, ObjectStoreTest.pod("d"));
            assertEquals(1000, store.list(Kind.EVENT, null).size());
        }
    }
}
