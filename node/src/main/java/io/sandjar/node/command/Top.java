// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code sandjar top}: what pods and the node use now. */
final class Top extends Command {
    static final String OPTIONS = "A/all-namespaces containers l/selector= sort-by= no-headers sum field-selector=";
    private static final String METRICS = "/apis/metrics.k8s.io/v1beta1";

    Top(Args args, Terminal terminal, Agent agent) {
        super(args, terminal, agent);
    }

    @Override
    int run() {
        List<String> words = args.words();
        String what = words.isEmpty() ? "" : words.getFirst();
        Resource resource = Resource.find(what);
        if (resource != null && resource.kind.equals("Pod")) {
            return pods(words.size() > 1 ? words.get(1) : "");
        }
        if (resource != null && resource.kind.equals("Node")) {
            return nodes();
        }
        throw args.usage("write sandjar top pods or sandjar top nodes");
    }

    private int pods(String name) {
        boolean all = args.on("all-namespaces");
        boolean containers = args.on("containers");
        String path = METRICS + (all ? "" : "/namespaces/" + Agent.escape(namespace())) + "/pods"
                + (name.isEmpty() ? "" : "/" + Agent.escape(name))
                + Agent.query("labelSelector", args.get("selector", ""));
        Object answer = agent.get(path);
        List<@Nullable Object> items = new java.util.ArrayList<>();
        if (name.isEmpty()) {
            items.addAll(Json.list(answer, "items"));
        } else {
            items.add(answer);
        }
        if (items.isEmpty()) {
            terminal.error(all ? "No resources found" : "No resources found in " + namespace() + " namespace.");
            return 0;
        }
        sort(items);
        TabWriter out = TabWriter.table();
        if (!args.on("no-headers")) {
            out.add((all ? "NAMESPACE\t" : "") + (containers ? "POD\tNAME" : "NAME") + "\tCPU(cores)\tMEMORY(bytes)");
        }
        for (Object item : items) {
            String pod = Json.text(item, "metadata", "name");
            String before = (all ? Json.text(item, "metadata", "namespace") + "\t" : "") + pod + "\t";
            if (containers) {
                for (Object c : Json.list(item, "containers")) {
                    out.add(before + Json.text(c, "name") + "\t" + row(nanos(c), bytes(c)));
                }
            } else {
                out.add(before + row(sum(item, true), sum(item, false)));
            }
        }
        terminal.print(out.toString());
        return 0;
    }

    private void sort(List<@Nullable Object> items) {
        String by = args.get("sort-by", "");
        if (!by.isEmpty() && !by.equals("cpu") && !by.equals("memory")) {
            throw args.usage("--sort-by accepts only cpu or memory");
        }
        for (int i = 1; i < items.size(); i++) {
            Object item = items.get(i);
            int j = i;
            while (j > 0 && after(items.get(j - 1), item, by)) {
                items.set(j, items.get(j - 1));
                j--;
            }
            items.set(j, item);
        }
    }

    private static boolean after(@Nullable Object a, @Nullable Object b, String by) {
        if (!by.isEmpty()) {
            return sum(a, by.equals("cpu")) < sum(b, by.equals("cpu"));
        }
        String first = Json.text(a, "metadata", "namespace") + "/" + Json.text(a, "metadata", "name");
        return first.compareTo(Json.text(b, "metadata", "namespace") + "/" + Json.text(b, "metadata", "name")) > 0;
    }

    private int nodes() {
        Object list = agent.get(METRICS + "/nodes");
        TabWriter out = TabWriter.table();
        if (!args.on("no-headers")) {
            out.add("NAME\tCPU(cores)\tCPU(%)\tMEMORY(bytes)\tMEMORY(%)");
        }
        for (Object item : Json.list(list, "items")) {
            String name = Json.text(item, "metadata", "name");
            Object node = agent.get(Resource.of("nodes").path("", name));
            double cpu = amount(Json.text(node, "status", "allocatable", "cpu"));
            double memory = amount(Json.text(node, "status", "allocatable", "memory"));
            double usedCpu = nanos(item);
            double usedMemory = bytes(item);
            out.add(name + "\t" + (long) Math.ceil(usedCpu / 1e6) + "m\t" + percent(usedCpu, cpu * 1e9) + "\t"
                    + (long) (usedMemory / (1 << 20)) + "Mi\t" + percent(usedMemory, memory));
        }
        terminal.print(out.toString());
        return 0;
    }

    private static String percent(double part, double whole) {
        return whole <= 0 ? "<unknown>" : (long) (part * 100 / whole) + "%";
    }

    private static String row(double nanos, double bytes) {
        return (long) Math.ceil(nanos / 1e6) + "m\t" + (long) (bytes / (1 << 20)) + "Mi";
    }

    private static double sum(@Nullable Object item, boolean cpu) {
        double sum = 0;
        for (Object c : Json.list(item, "containers")) {
            sum += cpu ? nanos(c) : bytes(c);
        }
        return sum;
    }

    private static double nanos(@Nullable Object c) {
        return amount(Json.text(c, "usage", "cpu")) * 1e9;
    }

    private static double bytes(@Nullable Object c) {
        return amount(Json.text(c, "usage", "memory"));
    }

    /** A quantity as Kubernetes writes it: 250m, 1234567n, 12Ki, 1.5. */
    static double amount(String quantity) {
        int end = quantity.length();
        while (end > 0 && !Character.isDigit(quantity.charAt(end - 1))) {
            end--;
        }
        double number;
        try {
            number = end == 0 ? 0 : Double.parseDouble(quantity.substring(0, end));
        } catch (NumberFormatException e) {
            return 0;
        }
        return switch (quantity.substring(end)) {
            case "n" -> number / 1e9;
            case "u" -> number / 1e6;
            case "m" -> number / 1e3;
            case "k" -> number * 1e3;
            case "M" -> number * 1e6;
            case "G" -> number * 1e9;
            case "T" -> number * 1e12;
            case "Ki" -> number * 1024;
            case "Mi" -> number * (1 << 20);
            case "Gi" -> number * (1 << 30);
            case "Ti" -> number * (1L << 40);
            default -> number;
        };
    }
}
