package io.slipway.runners.docker.app;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Frame;

import io.slipway.engine.release.Deployer.Printed;
import io.slipway.engine.release.Deployer.Socket;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// What is seen and run inside of containers that run.
///
/// @param engine whose containers
record InContainer(DockerEngine engine) {
    private static final int GONE = 404;
    private static final int STANDS_STILL = 409;
    private static final int ERRORS = 2;
    private static final int LARGEST = 16 << 20;
    private static final int MOST_PRINTED = 1 << 20;

    /// @param pid of its first process, as the engine's machine counts
    List<Socket> listening(String container, @Nullable Long pid) {
        if (pid == null || pid == 0) {
            return List.of();
        }
        Path proc = Path.of("/proc/" + pid + "/net");
        try {
            return ListeningSockets.parse(
                    Files.readString(proc.resolve("tcp")) + Files.readString(proc.resolve("tcp6")));
        } catch (IOException e) {
            return ListeningSockets.parse(
                    output(container, "cat", "/proc/net/tcp", "/proc/net/tcp6"));
        }
    }

    /// What a command in the container prints; empty when the image has no such command.
    private String output(String container, String... command) {
        Beginning printed = new Beginning();
        try (printed) {
            String exec =
                    engine.client()
                            .execCreateCmd(container)
                            .withCmd(command)
                            .withAttachStdout(true)
                            .exec()
                            .getId();
            engine.client().execStartCmd(exec).exec(printed).awaitCompletion(5, TimeUnit.SECONDS);
        } catch (DockerException | IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return printed.text();
    }

    /// The beginning of what a command prints: a command of somebody's image may never stop.
    private static final class Beginning extends ResultCallback.Adapter<Frame> {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        @Override
        public synchronized void onNext(Frame frame) {
            byte[] bytes = frame.getPayload();
            out.write(bytes, 0, Math.min(bytes.length, MOST_PRINTED - out.size()));
        }

        synchronized String text() {
            return out.toString(StandardCharsets.UTF_8);
        }
    }

    int exec(String container, List<String> command, byte[] input, Printed printed)
            throws InterruptedException, IOException {
        String id = made(container, command);
        EngineRequest start =
                EngineRequest.of("POST", "/exec/" + id + "/start")
                        .json("{\"Detach\":false,\"Tty\":false}")
                        .upgraded();
        try (EngineReply reply = engine.socket().send(start)) {
            if (!reply.ok()) {
                throw DockerFaults.of("cannot run " + command.getFirst(), reply);
            }
            Thread.ofVirtual().name("exec-input").start(() -> give(reply, input));
            copy(new DataInputStream(reply.body()), printed);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException().initCause(e);
            }
            throw e;
        }
        return code(id);
    }

    private String made(String container, List<String> command) throws IOException {
        Map<String, Object> wanted =
                Map.of(
                        "AttachStdin", true,
                        "AttachStdout", true,
                        "AttachStderr", true,
                        "Cmd", command);
        EngineRequest create =
                EngineRequest.of("POST", "/containers/" + container + "/exec")
                        .json(JsonMapper.shared().writeValueAsString(wanted));
        try (EngineReply reply = engine.socket().send(create)) {
            if (reply.status() == GONE || reply.status() == STANDS_STILL) {
                throw new Fault(
                        Kind.CONFLICT,
                        "cannot run " + command.getFirst() + ": the app's container does not run",
                        "see what is wrong with 'slipway status', then try again");
            }
            if (!reply.ok()) {
                throw DockerFaults.of("cannot run " + command.getFirst(), reply);
            }
            return reply.json().path("Id").asString();
        }
    }

    /// What it does not read is nobody's loss: how it ends says more.
    private static void give(EngineReply reply, byte[] input) {
        try {
            reply.output().write(input);
            reply.halfClose();
        } catch (IOException e) {
            // It has ended, or the engine has.
        }
    }

    private static void copy(DataInputStream in, Printed printed) throws IOException {
        byte[] frame = new byte[1 << 15];
        for (int kind = in.read(); kind >= 0; kind = in.read()) {
            in.readNBytes(3);
            int length = in.readInt();
            if (length < 0 || length > LARGEST) {
                throw new IOException("a part of the output has " + length + " bytes");
            }
            for (int left = length; left > 0; ) {
                int part = Math.min(left, frame.length);
                in.readFully(frame, 0, part);
                printed.bytes(kind == ERRORS, frame, 0, part);
                left -= part;
            }
        }
    }

    private int code(String id) throws IOException {
        try (EngineReply reply =
                engine.socket().send(EngineRequest.of("GET", "/exec/" + id + "/json"))) {
            if (!reply.ok()) {
                throw DockerFaults.of("cannot tell how the command ended", reply);
            }
            return reply.json().path("ExitCode").asInt();
        }
    }
}
