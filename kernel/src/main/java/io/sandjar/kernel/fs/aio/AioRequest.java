// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.aio;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Aio;
import io.sandjar.abi.O;
import io.sandjar.kernel.base.Pollable;
import io.sandjar.kernel.base.WaitEntry;
import io.sandjar.kernel.base.Worker;
import io.sandjar.kernel.fs.eventfd.EventFile;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FsNotify;
import io.sandjar.kernel.vfs.Stat;
import io.sandjar.kernel.vfs.UserIo;
import org.jspecify.annotations.Nullable;

/**
 * One submitted operation. Those on files are done when they are submitted; one on a pipe or socket that is not ready,
 * and a poll, wait in the file's queue and go on when it wakes them.
 */
public final class AioRequest extends WaitEntry implements Runnable {
    private final AioContext context;
    private final Caller caller;
    private final FileDescription file;
    private final @Nullable EventFile notice;
    private final int code;
    private final int flags;
    private final long offset;
    private final long data;
    private final long object;
    private final int pollEvents;
    private final @Nullable UserIo io;
    private final Pollable source;
    private boolean over;

    /**
     * @param file and {@code notice}: held by the request until it is over
     * @param io what a transfer reads into or writes from; null for others
     * @param pollEvents what IOCB_CMD_POLL waits for
     */
    public AioRequest(
            AioContext context,
            Caller caller,
            FileDescription file,
            @Nullable EventFile notice,
            @Nullable UserIo io,
            int code,
            int flags,
            long offset,
            int pollEvents,
            long data,
            long object) {
        super(wanted(code, pollEvents));
        this.context = context;
        this.caller = caller;
        this.file = file;
        this.notice = notice;
        this.code = code;
        this.flags = flags;
        this.offset = offset;
        this.data = data;
        this.object = object;
        this.pollEvents = pollEvents | POLLERR | POLLHUP;
        this.io = io;
        this.source = file.pollableFor(caller);
    }

    private static int wanted(int code, int pollEvents) {
        return switch (code) {
            case Aio.IOCB_CMD_POLL -> pollEvents;
            case Aio.IOCB_CMD_PREAD, Aio.IOCB_CMD_PREADV -> POLLIN | POLLRDHUP;
            default -> POLLOUT;
        };
    }

    long data() {
        return data;
    }

    long object() {
        return object;
    }

    boolean cancellable() {
        return code == Aio.IOCB_CMD_POLL;
    }

    /**
     * Does it, or lets it wait.
     *
     * @return 0, or -errno when it is not accepted: then there is no event and nothing is held
     */
    public long submit() {
        file.acquire();
        if (notice != null) {
            notice.acquire();
        }
        long r = perform();
        if (r == -EAGAIN && !(file.nonblocking() && code != Aio.IOCB_CMD_POLL)) {
            if (!context.await(this)) {
                release();
                return -EINVAL;
            }
            source.waitQueue().add(this);
            run(); // it may have become ready meanwhile
            return 0;
        }
        if (r == -EINVAL || r == -EISDIR) {
            release();
            return -EINVAL;
        }
        finish(r);
        return 0;
    }

    private long perform() {
        switch (code) {
            case Aio.IOCB_CMD_POLL -> {
                int mask = source.poll() & pollEvents;
                return mask == 0 ? -EAGAIN : mask;
            }
            case Aio.IOCB_CMD_FSYNC, Aio.IOCB_CMD_FDSYNC -> {
                return file.fsync(caller, code == Aio.IOCB_CMD_FDSYNC);
            }
            default -> {
                return transfer();
            }
        }
    }

    private long transfer() {
        UserIo b = io;
        if (b == null) {
            return -EINVAL;
        }
        boolean read = code == Aio.IOCB_CMD_PREAD || code == Aio.IOCB_CMD_PREADV;
        b.mark();
        long at = offset;
        if (!read && (flags & O.RWF_APPEND) != 0 && file.seekable()) {
            Stat st = new Stat();
            int r = file.inode().stat(st);
            if (r < 0) {
                return r;
            }
            at = st.size;
        }
        long n;
        if (read) {
            n = file.seekable() ? file.pread(caller, b, at) : file.read(caller, b);
        } else {
            n = file.seekable() ? file.pwrite(caller, b, at) : file.write(caller, b);
        }
        if (n < 0) {
            b.rewind();
        } else if (n > 0 || !read) {
            FsNotify.event(file.path(), read ? IN_ACCESS : IN_MODIFY);
        }
        if (!read && n > 0 && (flags & (O.RWF_DSYNC | O.RWF_SYNC)) != 0) {
            long s = file.fsync(caller, (flags & O.RWF_SYNC) == 0);
            return s < 0 && s != -EINVAL ? s : n;
        }
        return n;
    }

    @Override
    public boolean wake(int events) {
        Worker.later(this);
        return true;
    }

    /** The file may be ready. */
    @Override
    public void run() {
        long r;
        synchronized (this) {
            if (over) {
                return;
            }
            r = perform();
            if (r == -EAGAIN) {
                return;
            }
            over = true;
        }
        source.waitQueue().remove(this);
        finish(r);
    }

    private void finish(long result) {
        context.complete(this, result);
        if (notice != null) {
            notice.add(1);
        }
        release();
    }

    private void release() {
        file.release();
        if (notice != null) {
            notice.release();
        }
    }

    /** Ends it with an event of result 0, if it is not over. */
    public boolean cancel() {
        if (!stop()) {
            return false;
        }
        finish(0);
        return true;
    }

    /** Ends it without an event: its context is gone. */
    void drop() {
        if (stop()) {
            release();
        }
    }

    private boolean stop() {
        synchronized (this) {
            if (over) {
                return false;
            }
            over = true;
        }
        source.waitQueue().remove(this);
        return true;
    }
}
