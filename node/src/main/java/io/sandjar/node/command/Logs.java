// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code sandjar logs}: what containers wrote to their standard output and error. */
final class Logs extends Command {
    static final String OPTIONS =
            "f/follow c/container= p/previous tail= since= since-time= timestamps all-containers l/selector="
                    + " prefix limit-bytes= max-log-requests= ignore-errors all-pods";
    private static final int AT_ONCE = 5;

    Logs(Args args, Terminal terminal, Agent agent) {
        super(args, terminal, agent);
    }

    @Override
    int run() {
        String query = query();
        List<String[]> sources = sources(); // pod, container
        boolean follow = args.on("follow");
        long most = args.number("max-log-requests", AT_ONCE);
        if (follow && sources.size() > most) {
            throw new CommandException("error: you are attempting to follow " + sources.size()
                    + " log streams, but maximum allowed concurrency is " + most
                    + ", use --max-log-requests to increase the limit");
        }
        if (!follow || sources.size() == 1) {
            for (String[] source : sources) {
                copy(source, query);
            }
            return 0;
        }
        List<Follower> followers = new ArrayList<>();
        for (String[] source : sources) {
            Follower follower = new Follower(source, query);
            followers.add(follower);
            follower.start();
        }
        int status = 0;
        for (Follower follower : followers) {
            try {
                follower.join();
            } catch (InterruptedException e) {
                throw new CommandException("error: interrupted");
            }
            if (follower.failure != null) {
                terminal.error(follower.failure);
                status = 1;
            }
        }
        return status;
    }

    /** One of several streams that are followed at a time. */
    private final class Follower extends Thread {
        private final String[] source;
        private final String query;
        private @Nullable String failure;

        Follower(String[] source, String query) {
            super("logs");
            setDaemon(true);
            this.source = source;
            this.query = query;
        }

        @Override
        public void run() {
            try {
                copy(source, query);
            } catch (CommandException e) {
                failure = e.text();
            }
        }
    }

    private String query() {
        String since = "";
        String duration = args.value("since");
        if (duration != null) {
            if (args.has("since-time")) {
                throw new CommandException("error: at most one of `sinceTime` or `sinceSeconds` may be specified");
            }
            long millis = Time.parseDuration(duration);
            if (millis <= 0) {
                throw args.usage(
                        "invalid argument \"" + duration + "\" for \"--since\": write a duration as 5s, 2m or 3h");
            }
            since = String.valueOf((millis + 999) / 1000);
        }
        String time = args.get("since-time", "");
        if (!time.isEmpty() && Time.millis(time) < 0) {
            throw args.usage(
                    "invalid argument \"" + time + "\" for \"--since-time\": write a time as 2026-01-02T15:04:05Z");
        }
        long tail = args.number("tail", args.has("selector") ? 10 : -1);
        if (tail < -1) {
            throw new CommandException("error: --tail must be greater than or equal to -1");
        }
        return Agent.query(
                "follow",
                args.on("follow") ? "true" : "",
                "previous",
                args.on("previous") ? "true" : "",
                "tailLines",
                tail < 0 ? "" : String.valueOf(tail),
                "sinceSeconds",
                since,
                "sinceTime",
                time,
                "timestamps",
                args.on("timestamps") ? "true" : "",
                "limitBytes",
                args.get("limit-bytes", ""));
    }

    private List<String[]> sources() {
        List<Object> pods = new ArrayList<>();
        List<String> words = args.words();
        String wanted = args.get("container", "");
        if (args.has("selector")) {
            if (!words.isEmpty()) {
                throw args.usage("only a selector (-l) or a POD name is allowed");
            }
            pods = agent.list(Resource.of("pods"), namespace(), Agent.query("labelSelector", args.get("selector", "")));
            if (pods.isEmpty()) {
                terminal.error("No resources found in " + namespace() + " namespace.");
            }
        } else {
            if (words.isEmpty() || words.size() > 2) {
                throw args.usage("'logs (POD | TYPE/NAME) [CONTAINER]': a pod is missing");
            }
            String name = words.getFirst();
            if (words.size() == 2) {
                wanted = words.get(1);
            }
            int slash = name.indexOf('/');
            if (args.on("all-pods") && slash > 0) {
                pods = podsOf(Resource.of(name.substring(0, slash)), name.substring(slash + 1));
            } else if (agent.get(Resource.of("pods").path(namespace(), pod(name))) instanceof Object pod) {
                pods.add(pod);
            }
        }
        List<String[]> sources = new ArrayList<>();
        for (Object pod : pods) {
            String name = Json.text(pod, "metadata", "name");
            if (args.on("all-containers") && wanted.isEmpty()) {
                for (String container : containers(pod, true)) {
                    sources.add(new String[] {name, container});
                }
            } else {
                sources.add(new String[] {name, wanted.isEmpty() ? first(pod, terminal) : wanted});
            }
        }
        return sources;
    }

    static List<String> containers(Object pod, boolean init) {
        List<String> names = new ArrayList<>();
        if (init) {
            for (Object c : Json.list(pod, "spec", "initContainers")) {
                names.add(Json.text(c, "name"));
            }
        }
        for (Object c : Json.list(pod, "spec", "containers")) {
            names.add(Json.text(c, "name"));
        }
        return names;
    }

    /** The container that is meant where none is named. */
    static String first(Object pod, Terminal terminal) {
        String annotated = Json.text(pod, "metadata", "annotations", "kubectl.kubernetes.io/default-container");
        List<String> names = containers(pod, false);
        if (names.contains(annotated)) {
            return annotated;
        }
        if (names.isEmpty()) {
            return "";
        }
        List<String> all = new ArrayList<>(names);
        for (String init : containers(pod, true)) {
            if (!names.contains(init)) {
                all.add(init + " (init)");
            }
        }
        if (all.size() > 1) {
            terminal.error("Defaulted container \"" + names.getFirst() + "\" out of: " + join(all, ", "));
        }
        return names.getFirst();
    }

    private void copy(String[] source, String query) {
        String path = Resource.of("pods").path(namespace(), source[0]) + "/log" + query;
        if (!source[1].isEmpty()) {
            path += (query.isEmpty() ? "?" : "&") + "container=" + Agent.escape(source[1]);
        }
        byte[] prefix = args.on("prefix") ? utf8("[pod/" + source[0] + "/" + source[1] + "] ") : new byte[0];
        try (Http http = agent.open("GET", path, null, "Accept", "*/*")) {
            InputStream in = http.body();
            byte[] buffer = new byte[16384];
            Lines lines = new Lines(prefix);
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                lines.add(buffer, n);
            }
            lines.end();
        } catch (IOException e) {
            throw agent.broken(e);
        }
    }

    /** Output in whole lines, so that streams do not mix within one. */
    private final class Lines {
        private final byte[] prefix;
        private byte[] held = new byte[1024];
        private int size;

        Lines(byte[] prefix) {
            this.prefix = prefix;
        }

        void add(byte[] bytes, int length) {
            int last = length - 1;
            while (last >= 0 && bytes[last] != '\n') {
                last--;
            }
            synchronized (terminal) {
                int from = 0;
                for (int i = 0; i <= last; i++) {
                    if (bytes[i] == '\n' && prefix.length > 0) {
                        write(bytes, from, i + 1 - from);
                        from = i + 1;
                    }
                }
                if (from <= last) {
                    write(bytes, from, last + 1 - from);
                }
                terminal.out().flush();
            }
            keep(bytes, last + 1, length - last - 1);
            if (terminal.out().checkError()) {
                throw new CommandException("", 141);
            }
        }

        private void write(byte[] bytes, int from, int length) {
            terminal.out().write(prefix, 0, prefix.length);
            terminal.out().write(held, 0, size);
            size = 0;
            terminal.out().write(bytes, from, length);
        }

        private void keep(byte[] bytes, int from, int length) {
            if (size + length > held.length) {
                if (size > 0 && size + length > 1 << 20) { // a line without an end is shown in parts
                    end();
                }
                held = java.util.Arrays.copyOf(held, Math.max(size + length, held.length * 2));
            }
            System.arraycopy(bytes, from, held, size, length);
            size += length;
        }

        void end() {
            if (size > 0) {
                synchronized (terminal) {
                    terminal.out().write(prefix, 0, prefix.length);
                    terminal.out().write(held, 0, size);
                    terminal.out().flush();
                }
                size = 0;
            }
        }
    }
}
