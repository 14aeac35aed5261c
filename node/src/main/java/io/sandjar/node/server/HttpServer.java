// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** HTTP/1.1 on a UNIX socket that only its owner may use: Netty without native code, a virtual thread per request. */
public final class HttpServer implements AutoCloseable {
    static final int LARGEST_BODY = 17 << 20;
    private static final int LONGEST_LINE = 64 << 10;

    static {
        InternalLoggerFactory.setDefaultFactory(new Quiet());
    }

    private final EventLoopGroup loop;
    private final Channel listening;
    private final Path socket;

    private HttpServer(EventLoopGroup loop, Channel listening, Path socket) {
        this.loop = loop;
        this.listening = listening;
        this.socket = socket;
    }

    /** Listens on a socket; a leftover of a dead agent is replaced (the caller holds the lock that says so). */
    static HttpServer start(Path socket, Consumer<Exchange> handler) throws IOException {
        int length = socket.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        if (length > 107) {
            throw new IOException("the path of the socket is too long (" + length + " bytes, at most 107 are allowed): "
                    + socket + "; choose a shorter --run-dir");
        }
        Files.deleteIfExists(socket);
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
                1, Thread.ofPlatform().daemon().name("http").factory(), NioIoHandler.newFactory());
        try {
            Channel listening = new ServerBootstrap()
                    .group(loop)
                    .channel(NioServerDomainSocketChannel.class)
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline()
                                    .addLast("codec", new HttpServerCodec(LONGEST_LINE, LONGEST_LINE, LONGEST_LINE))
                                    .addLast("whole", new HttpObjectAggregator(LARGEST_BODY))
                                    .addLast("requests", new Connection(handler));
                        }
                    })
                    .bind(UnixDomainSocketAddress.of(socket))
                    .syncUninterruptibly()
                    .channel();
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            return new HttpServer(loop, listening, socket);
        } catch (RuntimeException e) {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new IOException("cannot listen on " + socket + ": " + e.getMessage(), e);
        }
    }

    /** Netty's own log: nothing that people could do something about, and a logging system is slow to start. */
    private static final class Quiet extends InternalLoggerFactory {
        @Override
        protected InternalLogger newInstance(String name) {
            return (InternalLogger) Proxy.newProxyInstance(
                    Quiet.class.getClassLoader(), new Class<?>[] {InternalLogger.class}, (proxy, method, words) -> {
                        if (method.getReturnType() == boolean.class) {
                            return false;
                        }
                        return method.getReturnType() == String.class ? name : null;
                    });
        }
    }

    public Path socket() {
        return socket;
    }

    @Override
    public void close() {
        listening.close().awaitUninterruptibly(1_000);
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2_000);
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            // the next agent replaces it
        }
    }
}
