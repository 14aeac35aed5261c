// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A store on the command line, for tests and for looking at one when nothing else runs. What people use are the
 * commands of the node agent.
 */
public final class Tool {
    private static final String USAGE = """
            usage: Tool STORE COMMAND [ARGUMENT]...
              pull [--always] [--secret FILE] [--insecure HOST] [--progress] IMAGE
              images | show IMAGE | remove IMAGE | collect
              prepare IMAGE CONTAINER sandbox|host [QUOTA-BYTES] | release CONTAINER | prepared | written CONTAINER
            """;

    private Tool() {}

    /** Exit status: 0, 1 failed, 2 called wrongly. */
    public static void main(String[] args) {
        int status = 2;
        if (args.length < 2) {
            System.err.print(USAGE);
        } else {
            status = run(args);
        }
        System.exit(status);
    }

    private static int run(String[] args) {
        try (ImageStore store = ImageStore.open(Path.of(args[0]), StoreOptions.DEFAULT)) {
            return command(store, args[1], List.of(args).subList(2, args.length));
        } catch (ImageException e) {
            System.err.println(
                    "images: " + e.kind() + ": " + e.getMessage() + (e.advice().isEmpty() ? "" : "\n  " + e.advice()));
            return 1;
        } catch (java.io.IOException e) {
            System.err.println("images: " + e.getMessage());
            return 1;
        }
    }

    private static int command(ImageStore store, String verb, List<String> a)
            throws ImageException, java.io.IOException {
        switch (verb + " " + a.size()) {
            case "images 0" -> store.list().forEach(Tool::line);
            case "collect 0" -> System.out.println(store.collect());
            case "prepared 0" -> store.prepared().forEach((k, v) -> System.out.println(k + " " + v));
            case "show 1" ->
                System.out.println(store.find(a.getFirst()).map(Image::toString).orElse("not here"));
            case "remove 1" -> store.remove(a.getFirst()).forEach(System.out::println);
            case "release 1" -> store.release(a.getFirst());
            case "written 1" -> System.out.println(store.writtenBytes(a.getFirst()));
            case "prepare 3", "prepare 4" -> {
                Image i = store.pull(a.get(0), PullOptions.DEFAULT);
                long quota = a.size() == 4 ? Long.parseLong(a.get(3)) : 0;
                RootMode mode = a.get(2).equals("host") ? RootMode.HOST : RootMode.SANDBOX;
                Root r = store.prepare(i, a.get(1), mode, quota);
                System.out.println(r.rootfs() + " " + (r.overlay2() == null ? "-" : r.overlay2()));
            }
            default -> {
                return verb.equals("pull") && !a.isEmpty() ? pull(store, new ArrayList<>(a)) : usage();
            }
        }
        return 0;
    }

    private static int usage() {
        System.err.print(USAGE);
        return 2;
    }

    private static int pull(ImageStore store, List<String> a) throws ImageException, java.io.IOException {
        PullOptions.Policy policy = PullOptions.Policy.IF_NOT_PRESENT;
        List<String> secrets = new ArrayList<>();
        Set<String> insecure = Set.of();
        PullProgress progress = PullProgress.NONE;
        while (a.size() > 1) {
            switch (a.removeFirst()) {
                case "--always" -> policy = PullOptions.Policy.ALWAYS;
                case "--secret" -> secrets.add(java.nio.file.Files.readString(Path.of(a.removeFirst())));
                case "--insecure" -> insecure = Set.of(a.removeFirst());
                case "--progress" ->
                    progress = (piece, phase, done, total) ->
                            System.err.println(phase + " " + piece + " " + done + "/" + total);
                default -> {
                    return usage();
                }
            }
        }
        long start = System.nanoTime();
        Image i = store.pull(a.getFirst(), new PullOptions(policy, secrets, insecure, progress));
        line(i);
        for (String w : store.warnings(i)) {
            System.err.println("warning: " + w);
        }
        System.err.println("took " + (System.nanoTime() - start) / 1_000_000 + " ms");
        return 0;
    }

    private static void line(Image i) {
        System.out.println(i.shortId() + " " + i.sizeBytes() + " " + String.join(",", i.names()));
    }
}
