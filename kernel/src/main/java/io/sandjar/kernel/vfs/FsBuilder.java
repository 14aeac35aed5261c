// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file system while it is put together by fsopen(2) and fsconfig(2), or changed after fspick(2). Reading gives what
 * went wrong, a line each time. Guarded by itself.
 */
public final class FsBuilder extends FileDescription {
    /** What it is ready for. */
    public enum Phase {
        CREATE,
        AWAITING_MOUNT,
        RECONFIGURE,
        FAILED
    }

    private static final int MAX_OPTIONS = 256;
    private static final int MAX_LINES = 8;

    private final Inode inode;
    private final String type;
    private final ArrayList<String> options = new ArrayList<>();
    private final ArrayDeque<String> log = new ArrayDeque<>();
    private final HashMap<String, Path> places = new HashMap<>();
    private Phase phase;
    private @Nullable String source;
    private @Nullable Boolean readOnly;
    private @Nullable FileSystem made;
    private @Nullable Path picked;

    public FsBuilder(Inode inode, int flags, String type) {
        super(null, flags);
        this.inode = inode;
        this.type = type;
        this.phase = Phase.CREATE;
    }

    /** For a mount that is there. */
    public FsBuilder(Inode inode, int flags, Path picked) {
        this(inode, flags, picked.mount().fs().type());
        this.phase = Phase.RECONFIGURE;
        this.picked = picked;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public String describe() {
        return "anon_inode:[fscontext]";
    }

    @Override
    public synchronized long read(Caller c, IoBuffer dst) {
        String line = log.peek();
        if (line == null) {
            return -ENODATA;
        }
        byte[] b = line.getBytes(StandardCharsets.ISO_8859_1);
        if (dst.remaining() < b.length) {
            return -EMSGSIZE;
        }
        log.poll();
        int r = dst.put(b, 0, b.length);
        return r < 0 ? r : b.length;
    }

    @Override
    public boolean seekable() {
        return false;
    }

    public String type() {
        return type;
    }

    public synchronized Phase phase() {
        return phase;
    }

    public synchronized void setPhase(Phase p) {
        phase = p;
    }

    /** Something for whoever reads: an error. */
    public synchronized int fail(int errno, String text) {
        if (log.size() == MAX_LINES) {
            log.poll();
        }
        log.add("e " + text + "\n");
        return errno;
    }

    public synchronized @Nullable String source() {
        return source;
    }

    public synchronized void setSource(String s) {
        source = s;
    }

    /** null when nothing was said of it. */
    public synchronized @Nullable Boolean readOnly() {
        return readOnly;
    }

    public synchronized void setReadOnly(boolean yes) {
        readOnly = yes;
    }

    /** false when there are too many. */
    public synchronized boolean add(String option) {
        return options.size() < MAX_OPTIONS && options.add(option);
    }

    /** As {@link #add} for an option that names a place, which was found already. */
    public synchronized boolean add(String option, Path at) {
        return add(option) && (places.put(option, at) != at);
    }

    /** The places that options name, by their text. */
    public synchronized Map<String, Path> places() {
        return new HashMap<>(places);
    }

    public synchronized List<String> options() {
        return new ArrayList<>(options);
    }

    public synchronized @Nullable FileSystem made() {
        return made;
    }

    public synchronized void setMade(FileSystem fs) {
        made = fs;
        phase = Phase.AWAITING_MOUNT;
    }

    public synchronized @Nullable Path picked() {
        return picked;
    }
}
