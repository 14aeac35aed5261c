// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

/** The processes, as the mounts see them: who stands where. */
public interface MountUsers {
    /** Whether some process has its root, working directory or program in {@code m}. */
    boolean anyIn(Mount m);

    /** Whether some process has its root, working directory or program in {@code fs}. */
    boolean anyIn(FileSystem fs);

    /** Whether it is some process's namespace. */
    boolean anyIn(MountNamespace ns);

    /** Those whose root or working directory is {@code from} have it at {@code to} from now on (pivot_root(2)). */
    void moveRoots(Path from, Path to);
}
