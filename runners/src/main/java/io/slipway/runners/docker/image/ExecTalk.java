package io.slipway.runners.docker.image;

import io.slipway.runners.buildkit.Builders.Talk;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;

import tools.jackson.databind.json.JsonMapper;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/// A program that an engine starts in a container that runs. When its connection ends, so does its
/// input.
final class ExecTalk implements Talk {
    private final EngineReply reply;
    private final InputStream output;

    private ExecTalk(EngineReply reply) {
        this.reply = reply;
        this.output = new Unframed(reply.body());
    }

    /// @throws IOException when the container does not run
    static ExecTalk start(DockerEngine engine, String container, List<String> command)
            throws IOException {
        Map<String, Object> wanted =
                Map.of(
                        "AttachStdin", true,
                        "AttachStdout", true,
                        "AttachStderr", true,
                        "Cmd", command);
        EngineRequest create =
                EngineRequest.of("POST", "/containers/" + container + "/exec")
                        .json(JsonMapper.shared().writeValueAsString(wanted));
        String id;
        try (EngineReply made = engine.socket().send(create)) {
            if (!made.ok()) {
                throw refused(made);
            }
            id = made.json().path("Id").asString("");
        }
        EngineRequest start =
                EngineRequest.of("POST", "/exec/" + id + "/start")
                        .json("{\"Detach\":false,\"Tty\":false}")
                        .upgraded();
        EngineReply started = engine.socket().send(start);
        if (!started.ok()) {
            throw refused(started);
        }
        return new ExecTalk(started);
    }

    private static IOException refused(EngineReply reply) {
        return new IOException(DockerFaults.of("cannot begin a session", reply).message());
    }

    @Override
    public InputStream output() {
        return output;
    }

    @Override
    public OutputStream input() {
        return reply.output();
    }

    @Override
    public void close() {
        reply.close();
    }

    /// Both of a program's outputs, taken out of the frames in which an engine mixes them.
    private static final class Unframed extends InputStream {
        private static final int HEAD = 8;

        private final InputStream in;
        private long left;

        Unframed(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            while (left == 0) {
                byte[] head = in.readNBytes(HEAD);
                if (head.length < HEAD) {
                    return -1;
                }
                left =
                        (head[4] & 0xffL) << 24
                                | (head[5] & 0xff) << 16
                                | (head[6] & 0xff) << 8
                                | head[7] & 0xff;
            }
            int read = in.read(bytes, offset, (int) Math.min(left, length));
            if (read < 0) {
                throw new EOFException("the program's output was cut");
            }
            left -= read;
            return read;
        }

        @Override
        public int available() throws IOException {
            return (int) Math.min(left, in.available());
        }
    }
}
