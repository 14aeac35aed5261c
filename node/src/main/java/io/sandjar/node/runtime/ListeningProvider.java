// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import io.sandjar.shim.proto.ConnectRequest;
import io.sandjar.shim.proto.ConnectResponse;
import io.sandjar.shim.ttrpc.Unreachable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A provider that somebody else has started and looks after: whatever speaks the Task service at a socket. */
final class ListeningProvider implements Provider {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final String address;

    /** @param address a path or unix://PATH */
    ListeningProvider(String address) {
        this.address = address;
    }

    @Override
    public TaskCalls open(String id, Path bundle) throws RuntimeFailure, InterruptedException {
        return find();
    }

    /** Asks it for a container that is not there: the answer tells what it is. */
    TaskCalls find() throws RuntimeFailure, InterruptedException {
        for (String service : new String[] {TaskCalls.V3, TaskCalls.V2}) {
            TaskCalls calls = new TaskCalls(address, service);
            try {
                ConnectRequest nothing =
                        ConnectRequest.newBuilder().setId("sandjar-asks").build();
                calls.call("Connect", nothing, ConnectResponse.parser(), LIMIT);
                return calls;
            } catch (TaskCalls.Refused e) {
                if (e.code != TaskCalls.Refused.UNIMPLEMENTED) {
                    return calls;
                }
            } catch (Unreachable e) {
                throw new RuntimeFailure(
                        e.getMessage() + ". Start the provider first, or let the agent start Sandjar's:"
                                + " --runtime-provider=runsc");
            } catch (IOException e) {
                throw new RuntimeFailure("what listens at " + address + " does not speak ttrpc (" + e.getMessage()
                        + "). A runtime provider is a shim's socket with the service " + TaskCalls.V2
                        + ", not containerd's or Docker's own");
            }
        }
        throw new RuntimeFailure("what listens at " + address + " has no service " + TaskCalls.V3 + " or "
                + TaskCalls.V2 + ": it is no shim's socket");
    }

    @Override
    public void clear(String id, Path bundle) {
        // Whoever started it looks after what it leaves.
    }
}
