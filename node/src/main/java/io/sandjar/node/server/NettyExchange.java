// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request as Netty brings it. */
final class NettyExchange implements Exchange {
    private final ChannelHandlerContext context;
    private final Runnable whenDone;
    private final String method;
    private final List<String> path = new ArrayList<>();
    private final Map<String, List<String>> query;
    private final HttpHeaders headers;
    private final byte[] body;
    private final boolean keepAlive;
    private final List<String> extra = new ArrayList<>();
    private final List<Runnable> whenGone = new ArrayList<>();
    private @Nullable Chunks chunks;
    private boolean answered;
    private boolean upgraded;
    private boolean gone;

    NettyExchange(ChannelHandlerContext context, FullHttpRequest request, Runnable whenDone) {
        this.context = context;
        this.whenDone = whenDone;
        method = request.method().name();
        QueryStringDecoder uri = new QueryStringDecoder(request.uri());
        for (String part : uri.rawPath().split("/", -1)) {
            if (!part.isEmpty()) {
                path.add(QueryStringDecoder.decodeComponent(part.replace("+", "%2B")));
            }
        }
        query = uri.parameters();
        headers = request.headers().copy();
        body = ByteBufUtil.getBytes(request.content());
        keepAlive = HttpUtil.isKeepAlive(request);
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public List<String> path() {
        return path;
    }

    @Override
    public Map<String, List<String>> query() {
        return query;
    }

    @Override
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    @Override
    public byte[] body() {
        return body;
    }

    @Override
    public void addHeader(String name, String value) {
        extra.add(name);
        extra.add(value);
    }

    private void complete(HttpHeaders h, String contentType) {
        h.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        h.set(HttpHeaderNames.CACHE_CONTROL, "no-cache, private");
        for (int i = 0; i < extra.size(); i += 2) {
            h.add(extra.get(i), extra.get(i + 1));
        }
        h.set(HttpHeaderNames.CONNECTION, keepAlive ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
    }

    @Override
    public void send(int code, String contentType, byte[] bytes) {
        if (answered) {
            return;
        }
        answered = true;
        boolean head = method.equals("HEAD");
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(code),
                head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(bytes));
        complete(response.headers(), contentType);
        HttpUtil.setContentLength(response, bytes.length);
        end(context.writeAndFlush(response));
    }

    private void end(ChannelFuture last) {
        if (!keepAlive) {
            last.addListener(ChannelFutureListener.CLOSE);
        }
        last.addListener(f -> context.channel().eventLoop().execute(whenDone));
    }

    @Override
    public OutputStream stream(int code, String contentType) {
        if (answered) {
            throw new IllegalStateException("answered already");
        }
        answered = true;
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code));
        complete(response.headers(), contentType);
        HttpUtil.setTransferEncodingChunked(response, true);
        context.writeAndFlush(response);
        Chunks stream = new Chunks(false);
        chunks = stream;
        return stream;
    }

    /** Ends the answer, whatever state it is in. */
    void finish() {
        if (upgraded) {
            return;
        }
        Chunks stream = chunks;
        if (stream != null) {
            stream.end();
        } else if (!answered) {
            text(500, "the request was not answered\n");
        }
    }

    @Override
    public void onGone(Runnable action) {
        synchronized (whenGone) {
            if (!gone) {
                whenGone.add(action);
                return;
            }
        }
        action.run();
    }

    void gone() {
        List<Runnable> actions;
        synchronized (whenGone) {
            if (gone) {
                return;
            }
            gone = true;
            actions = List.copyOf(whenGone);
        }
        for (Runnable action : actions) {
            Thread.ofVirtual().start(action);
        }
    }

    @Override
    public OutputStream upgrade(String protocol, Sink sink) {
        answered = true;
        upgraded = true;
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        response.headers().set(HttpHeaderNames.UPGRADE, protocol);
        context.writeAndFlush(response).addListener(f -> {
            context.pipeline().addLast("raw", new Raw(sink));
            context.pipeline().remove("whole");
            context.pipeline().remove("codec");
        });
        return new Chunks(true);
    }

    /** Bytes of the client after an upgrade. */
    private final class Raw extends ChannelInboundHandlerAdapter {
        private final Sink sink;

        Raw(Sink sink) {
            this.sink = sink;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) throws IOException {
            if (message instanceof ByteBuf bytes) {
                try {
                    sink.accept(ByteBufUtil.getBytes(bytes));
                } finally {
                    bytes.release();
                }
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
            if (event instanceof ChannelInputShutdownEvent) {
                sink.end();
            }
            super.userEventTriggered(ctx, event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) throws Exception {
            sink.end();
            super.channelInactive(ctx);
        }
    }

    /** Chunks of an answer (or raw bytes after an upgrade). */
    private final class Chunks extends OutputStream {
        private static final int LARGE = 64 << 10;
        private final boolean raw;
        private ByteArrayOutputStream buffer = new ByteArrayOutputStream();
        private boolean ended;

        Chunks(boolean raw) {
            this.raw = raw;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            buffer.write(bytes, from, count);
            if (buffer.size() >= LARGE) {
                flush();
            }
        }

        @Override
        public void flush() throws IOException {
            if (buffer.size() == 0) {
                return;
            }
            ByteBuf bytes = Unpooled.wrappedBuffer(buffer.toByteArray());
            buffer = new ByteArrayOutputStream();
            ChannelFuture written = context.writeAndFlush(raw ? bytes : new DefaultHttpContent(bytes));
            try {
                written.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            if (!written.isSuccess()) {
                throw new IOException("the client has gone", written.cause());
            }
        }

        @Override
        public void close() throws IOException {
            flush();
            end();
        }

        void end() {
            if (ended) {
                return;
            }
            ended = true;
            if (raw) {
                context.close();
                return;
            }
            if (buffer.size() > 0) {
                context.write(new DefaultHttpContent(Unpooled.wrappedBuffer(buffer.toByteArray())));
            }
            NettyExchange.this.end(context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
        }
    }
}
