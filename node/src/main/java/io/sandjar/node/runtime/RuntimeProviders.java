// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Sandjar's own runtime in the two ways that there are: by its program, or through a provider's socket. */
public final class RuntimeProviders {
    /** The word for the provider that the agent starts itself. */
    public static final String OWN = "runsc";

    private RuntimeProviders() {}

    /**
     * The driver of runsc.
     *
     * @param choice null: by its program; {@link #OWN}: our shim; else unix:///PATH of one that listens
     * @param bin programs that come with Sandjar
     */
    public static RuntimeDriver runsc(@Nullable String choice, Path bin, Path runDir)
            throws IOException, RuntimeFailure, InterruptedException {
        Path monitor = bin.resolve("sandjar-monitor");
        Path program = bin.resolve("runsc");
        OciRuntimeOptions plain = OciRuntimeOptions.of(OWN, program, runDir, monitor);
        ProviderOptions provided = ProviderOptions.of(OWN, program, runDir, monitor);
        if (choice == null) {
            RuntimeDriver driver = new OciRuntime(plain);
            return none(provided.containers())
                    ? driver
                    : new EitherRuntime(driver, new ProviderRuntime(provided, own(bin, runDir)), provided.containers());
        }
        Provider provider;
        if (choice.equals(OWN)) {
            provider = own(bin, runDir);
        } else {
            ListeningProvider listening = new ListeningProvider(choice);
            listening.find();
            provider = listening;
        }
        RuntimeDriver driver = new ProviderRuntime(provided, provider);
        return none(plain.containers()) ? driver : new EitherRuntime(driver, new OciRuntime(plain), plain.containers());
    }

    private static Provider own(Path bin, Path runDir) throws RuntimeFailure {
        Path shim = bin.resolve("containerd-shim-runsc-v1");
        if (!Files.isExecutable(shim)) {
            throw new RuntimeFailure(shim + " is missing: the installation is incomplete");
        }
        return new ShimProvider(shim, runDir);
    }

    private static boolean none(Path containers) throws IOException {
        if (!Files.isDirectory(containers)) {
            return true;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(containers)) {
            return !all.iterator().hasNext();
        }
    }
}
