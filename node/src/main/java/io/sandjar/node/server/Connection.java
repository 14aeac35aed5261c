// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.sandjar.node.Log;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client's connection: its requests one after the other, each on a virtual thread of its own. */
final class Connection extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final int MOST_WAITING = 16;

    private final Consumer<Exchange> handler;
    private final Deque<NettyExchange> waiting = new ArrayDeque<>();
    private @Nullable NettyExchange current;

    Connection(Consumer<Exchange> handler) {
        this.handler = handler;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        NettyExchange exchange;
        try {
            exchange = new NettyExchange(context, request, this::next);
        } catch (IllegalArgumentException e) {
            context.close(); // not an address that HTTP allows
            return;
        }
        if (current != null) {
            if (waiting.size() >= MOST_WAITING) {
                context.close();
                return;
            }
            waiting.add(exchange);
            return;
        }
        run(exchange);
    }

    private void run(NettyExchange exchange) {
        current = exchange;
        Thread.ofVirtual().name("request").start(() -> {
            try {
                handler.accept(exchange);
            } catch (RuntimeException e) {
                if (!(e.getCause() instanceof IOException)) {
                    Log.error("a request failed: " + exchange.method() + " /" + String.join("/", exchange.path()), e);
                }
            } finally {
                exchange.finish();
            }
        });
    }

    /** On the channel's loop, when an answer is complete. */
    private void next() {
        current = waiting.poll();
        if (current != null) {
            run(current);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        NettyExchange exchange = current;
        if (exchange != null) {
            exchange.gone();
        }
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            Log.debug("connection: " + cause);
        }
        context.close();
    }
}
