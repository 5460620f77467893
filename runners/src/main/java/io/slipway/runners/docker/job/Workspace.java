package io.slipway.runners.docker.job;

import io.slipway.engine.step.Order;
import io.slipway.engine.step.Starter;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;
import io.slipway.runners.docker.EngineSocket;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Fills the workspace of a container that is created and not yet started.
final class Workspace {
    private static final int TAR_BLOCK = 512;
    private static final int FOLDER_MODE = 0755;
    private static final int PASSWD_LIMIT = 1 << 20;
    private static final Duration UPLOAD = Duration.ofMinutes(10);

    private final EngineSocket socket;

    Workspace(EngineSocket socket) {
        this.socket = socket;
    }

    /// Writes the sources, owned by the user that the image runs as.
    ///
    /// @param user as the image names it: a name or number, with or without a group; empty for root
    /// @return the number of that user
    int fill(String container, Order order, String user) throws IOException {
        int owner = number(container, user);
        if (owner != 0) {
            put(container, "/", out -> folder(out, owner));
        }
        put(container, Starter.WORKSPACE, out -> order.workTree().writeTar(out, owner));
        return owner;
    }

    private void put(String container, String path, EngineRequest.Body tar) throws IOException {
        EngineRequest request =
                EngineRequest.of("PUT", "/containers/" + container + "/archive")
                        .query("path", path)
                        .within(UPLOAD)
                        .body("application/x-tar", tar);
        try (EngineReply reply = socket.send(request)) {
            if (!reply.ok()) {
                throw DockerFaults.of("cannot fill the workspace", reply);
            }
        }
    }

    /// The workspace itself, with its owner; engines skip the entry of the folder they unpack into.
    private static void folder(OutputStream out, int owner) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(Starter.WORKSPACE.substring(1) + "/");
        entry.setMode(FOLDER_MODE);
        entry.setIds(owner, owner);
        byte[] block = new byte[TAR_BLOCK];
        entry.writeEntryHeader(block);
        out.write(block);
        out.write(new byte[2 * TAR_BLOCK]);
    }

    private int number(String container, String user) throws IOException {
        String name = user.split(":", 2)[0];
        if (name.isEmpty() || name.equals("root")) {
            return 0;
        }
        if (name.matches("[0-9]{1,9}")) {
            return Integer.parseInt(name);
        }
        for (String line : passwd(container).split("\n")) {
            String[] fields = line.split(":");
            if (fields.length > 2 && fields[0].equals(name) && fields[2].matches("[0-9]{1,9}")) {
                return Integer.parseInt(fields[2]);
            }
        }
        throw new Fault(
                Fault.Kind.CONFIGURATION,
                "cannot start the job: the image runs as "
                        + name
                        + ", who is not in its"
                        + " /etc/passwd",
                "correct USER in the image");
    }

    private String passwd(String container) throws IOException {
        EngineRequest request =
                EngineRequest.of("GET", "/containers/" + container + "/archive")
                        .query("path", "/etc/passwd");
        try (EngineReply reply = socket.send(request)) {
            if (!reply.ok()) {
                return "";
            }
            TarArchiveInputStream tar = new TarArchiveInputStream(reply.body());
            return tar.getNextEntry() == null
                    ? ""
                    : new String(tar.readNBytes(PASSWD_LIMIT), StandardCharsets.UTF_8);
        }
    }
}
