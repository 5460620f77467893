package io.slipway.web.traffic.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;

import java.util.List;

/// Netty's decoder, and what it forgives and two servers in a row could read differently: folded
/// header lines, and a length beside a chunked body.
public final class RequestDecoder extends HttpRequestDecoder {
    static final int LINE_BYTES = 8 * 1024;
    static final int HEAD_BYTES = 32 * 1024;

    private boolean inHead = true;
    private int lines;
    private boolean refused;

    /// Fired down the pipeline with the first byte of a request's head.
    public enum Event {
        /// A head began.
        HEAD_BEGAN
    }

    /// For one connection.
    public RequestDecoder() {
        super(config());
    }

    static HttpDecoderConfig config() {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(LINE_BYTES)
                .setMaxHeaderSize(HEAD_BYTES)
                .setMaxChunkSize(64 * 1024)
                .setStrictLineParsing(true);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
            throws Exception {
        if (refused) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (inHead && in.isReadable()) {
            if (lines == 0) {
                ctx.fireUserEventTriggered(Event.HEAD_BEGAN);
            }
            scan(in);
        }
        int before = out.size();
        super.decode(ctx, in, out);
        for (int i = before; i < out.size(); i++) {
            follow(out.get(i));
        }
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new DecoderException("both Content-Length and Transfer-Encoding");
    }

    private void follow(Object message) {
        if (message instanceof HttpMessage) {
            inHead = false;
        }
        if (message instanceof LastHttpContent) {
            inHead = true;
            lines = 0;
        }
    }

    /// The superclass takes whole lines only, so what is readable begins where a line begins.
    private void scan(ByteBuf in) {
        int start = in.readerIndex();
        while (start < in.writerIndex()) {
            byte first = in.getByte(start);
            if (lines > 0 && (first == ' ' || first == '\t')) {
                refused = true;
                throw new DecoderException("a folded header line");
            }
            int end = in.indexOf(start, in.writerIndex(), (byte) '\n');
            if (end < 0) {
                return;
            }
            boolean empty = end == start || (end == start + 1 && first == '\r');
            if (empty && lines > 0) {
                return;
            }
            lines += empty ? 0 : 1;
            start = end + 1;
        }
    }
}
