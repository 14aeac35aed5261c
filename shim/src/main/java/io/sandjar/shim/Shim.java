// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import io.sandjar.shim.ttrpc.Carrier;
import java.io.IOException;

/** The parts put together, and the loop that hands out the supervisor's records. */
final class Shim {
    /** After the first failure to tell containerd of an event. */
    static final long EVENT_PAUSE_MILLIS = 1000;

    private final Link link;
    private final Orders orders;
    private final Tasks tasks;
    private final RpcServer server;
    private final Events events;

    Shim(Hello hello, Link link, Programs programs, Carrier carrier, long eventPauseMillis) {
        this.link = link;
        orders = new Orders(link);
        events = new Events(carrier, hello.namespace(), eventPauseMillis);
        tasks = new Tasks(hello, programs, link, orders, events);
        Consoles consoles = new Consoles(orders, hello.stateDir());
        TaskService service = new TaskService(
                tasks,
                new Creation(tasks, consoles),
                new Execs(tasks, consoles),
                new Removal(tasks),
                new Queries(tasks));
        server = new RpcServer(link);
        server.serve(TaskService.V2, service);
        server.serve(TaskService.V3, service);
    }

    /** Works until the supervisor is gone. */
    void serve() throws IOException {
        Thread.ofVirtual().name("events").start(events);
        tasks.load();
        Thread idle = Thread.ofVirtual().name("idle").start(new Idle());
        try {
            Link.Message m;
            while ((m = link.read()) != null) {
                take(m);
            }
        } finally {
            idle.interrupt();
            events.stop();
        }
    }

    private void take(Link.Message m) {
        switch (m.type()) {
            case 'F' -> server.frame(m.number(), m.payload(), false);
            case 'R' -> server.frame(m.number(), m.payload(), true);
            case 'X' -> tasks.exits.reported(Main.exit(m));
            case 'P' -> orders.answered(m.text());
            case 'M' -> Thread.ofVirtual().start(new OutOfMemory(m.text()));
            case 'C' -> server.closed(m.number());
            case 'O' -> {}
            default -> Log.warning("the supervisor sent a record of the unknown type " + m.type());
        }
    }

    private final class OutOfMemory implements Runnable {
        private final String name;

        OutOfMemory(String name) {
            this.name = name;
        }

        @Override
        public void run() {
            tasks.outOfMemory(name);
        }
    }

    /** Has the supervisor go when there has been nothing to do for a while. */
    private final class Idle implements Runnable {
        @Override
        public void run() {
            try {
                while (true) {
                    Thread.sleep(Math.max(50, Math.min(5000, tasks.hello.lingerMillis() / 4)));
                    if (tasks.idle()) {
                        tasks.states.sweep();
                        orders.quit();
                        tasks.busy();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
