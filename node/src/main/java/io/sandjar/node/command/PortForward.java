// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** {@code sandjar port-forward}: a port of this machine leads into a pod, through the agent. */
final class PortForward extends Command {
    static final String OPTIONS = "address= pod-running-timeout=";

    PortForward(Args args, Terminal terminal, Agent agent) {
        super(args, terminal, agent);
    }

    @Override
    int run() {
        List<String> words = args.words();
        if (words.size() < 2) {
            throw args.usage("TYPE/NAME and list of ports are required for port-forward");
        }
        String pod = pod(words.getFirst());
        Object object = agent.get(Resource.of("pods").path(namespace(), pod));
        if (!Json.text(object, "status", "phase").equals("Running")) {
            throw new CommandException("error: unable to forward port because pod is not running. Current status="
                    + Json.text(object, "status", "phase"));
        }
        List<ServerSocket> sockets = new ArrayList<>();
        List<Integer> targets = new ArrayList<>();
        for (String word : words.subList(1, words.size())) {
            int colon = word.indexOf(':');
            int target = port(colon < 0 ? word : word.substring(colon + 1), word);
            String local = colon < 0 ? word : word.substring(0, colon);
            int from = local.isEmpty() ? 0 : port(local, word);
            try {
                ServerSocket socket = new ServerSocket();
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(address(), from));
                sockets.add(socket);
                targets.add(target);
                terminal.line("Forwarding from " + socket.getInetAddress().getHostAddress() + ":"
                        + socket.getLocalPort() + " -> " + target);
            } catch (IOException e) {
                throw new CommandException("error: unable to listen on port " + from + ": " + Agent.reason(e)
                        + "; another one is written OTHER:" + target);
            }
        }
        for (int i = 1; i < sockets.size(); i++) {
            new Acceptor(sockets.get(i), pod, targets.get(i)).start();
        }
        return new Acceptor(sockets.getFirst(), pod, targets.getFirst()).accept();
    }

    private InetAddress address() throws IOException {
        String wanted = args.get("address", "");
        return wanted.isEmpty() || wanted.equals("localhost")
                ? InetAddress.getByAddress(new byte[] {127, 0, 0, 1})
                : InetAddress.getByName(wanted);
    }

    private int port(String text, String word) {
        try {
            int port = Integer.parseInt(text);
            if (port > 0 && port < 65536) {
                return port;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw args.usage("invalid port " + word + ": write LOCAL:REMOTE or PORT, from 1 to 65535");
    }

    private final class Acceptor extends Thread {
        private final ServerSocket socket;
        private final String pod;
        private final int port;

        Acceptor(ServerSocket socket, String pod, int port) {
            this.socket = socket;
            this.pod = pod;
            this.port = port;
            setDaemon(true);
        }

        @Override
        public void run() {
            accept();
        }

        int accept() {
            while (true) {
                try {
                    Socket client = socket.accept();
                    terminal.line("Handling connection for " + socket.getLocalPort());
                    new Connection(client, pod, port).start();
                } catch (IOException e) {
                    throw new CommandException("error: " + Agent.reason(e));
                }
            }
        }
    }

    private final class Connection extends Thread {
        private final Socket client;
        private final String pod;
        private final int port;

        Connection(Socket client, String pod, int port) {
            this.client = client;
            this.pod = pod;
            this.port = port;
            setDaemon(true);
        }

        @Override
        public void run() {
            String path = "/apis/sandjar.io/v1/namespaces/" + Agent.escape(namespace()) + "/pods/" + Agent.escape(pod)
                    + "/portforward?port=" + port;
            try (client;
                    Http http = agent.open("POST", path, null, "Upgrade", "tcp")) {
                Back back = new Back(http, client);
                back.start();
                Streams.copy(client.getInputStream(), http.output());
                http.endOutput();
                back.join();
            } catch (CommandException e) {
                terminal.error("error forwarding port " + port + " to pod " + pod + ": " + e.text());
            } catch (IOException e) {
                // one of both ends is gone: so is the connection
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class Back extends Thread {
        private final Http http;
        private final Socket client;

        Back(Http http, Socket client) {
            this.http = http;
            this.client = client;
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                Streams.copy(http.body(), client.getOutputStream());
                client.shutdownOutput();
            } catch (IOException e) {
                // one of both ends is gone: so is the connection
            }
        }
    }

    /** Copies as it comes. */
    private static final class Streams {
        private Streams() {}

        static void copy(InputStream in, OutputStream out) throws IOException {
            byte[] buffer = new byte[16384];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                out.flush();
            }
        }
    }
}
