// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import io.sandjar.shim.ttrpc.Carrier;
import io.sandjar.shim.ttrpc.TtrpcClient;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The shim's JVM: a child of the native supervisor, which talks to it over standard input and output. */
public final class Main {
    private Main() {}

    /** {@code --train}: goes through what a start needs, without a supervisor, for the cache of classes. */
    public static void main(String[] args) throws IOException {
        if (args.length == 1 && args[0].equals("--train")) {
            Training.run();
            System.exit(0);
        }
        if (args.length > 0) {
            System.err.println("containerd-shim-runsc-v1 starts this program; it takes no arguments (but --train)");
            System.exit(2);
        }
        Link link = new Link(new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out));
        Link.Message hello = link.read();
        if (hello == null) {
            return;
        }
        if (hello.type() != 'H') {
            Log.error("the supervisor's first record is " + hello.type() + ", not H");
            System.exit(1);
        }
        Hello h = Hello.parse(hello.payload());
        if (h.debug()) {
            Log.level("debug");
        }
        new Shim(h, link, new HostPrograms(), events(h.ttrpcAddress()), Shim.EVENT_PAUSE_MILLIS).serve();
        System.exit(0); // the supervisor has gone, and with it everything that we could do
    }

    /** Without an address nobody wants to hear of events (CRI-O does not listen, the node agent asks with Wait): each counts as told. */
    static Carrier events(String address) {
        return address.isEmpty() ? request -> new byte[0] : new TtrpcClient(address, Events.PATIENCE_MILLIS);
    }

    /** The parts of an 'X' record's payload. */
    static Exits.Exit exit(Link.Message m) {
        ByteBuffer b = ByteBuffer.wrap(m.payload());
        int status = b.getInt();
        return new Exits.Exit(m.number(), status, b.getLong());
    }
}
