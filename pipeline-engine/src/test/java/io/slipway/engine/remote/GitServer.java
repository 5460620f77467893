package io.slipway.engine.remote;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;
import org.eclipse.jgit.transport.UploadPack;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/// A git server over HTTP for one repository, as dumb about its content as servers are.
public final class GitServer implements AutoCloseable {
    private final HttpServer server;
    private final Path repository;
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    /// @param repository its `.git`
    public GitServer(Path repository) throws IOException {
        this.repository = repository;
        this.server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/team/shop.git", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        asked.add(
                exchange.getRequestMethod()
                        + " "
                        + path
                        + " "
                        + exchange.getRequestHeaders().getFirst("Authorization"));
        try (exchange;
                Repository git =
                        new FileRepositoryBuilder().setGitDir(repository.toFile()).build();
                InputStream in =
                        "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))
                                ? new GZIPInputStream(exchange.getRequestBody())
                                : exchange.getRequestBody()) {
            UploadPack pack = new UploadPack(git);
            pack.setBiDirectionalPipe(false);
            boolean advertised = path.endsWith("/info/refs");
            exchange.getResponseHeaders()
                    .set(
                            "Content-Type",
                            "application/x-git-upload-pack-"
                                    + (advertised ? "advertisement" : "result"));
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                if (advertised) {
                    PacketLineOut lines = new PacketLineOut(out);
                    lines.writeString("# service=git-upload-pack\n");
                    lines.end();
                    pack.sendAdvertisedRefs(new PacketLineOutRefAdvertiser(lines));
                } else {
                    pack.upload(in, out, null);
                }
            }
        }
    }

    /// From now on it is at another path, and nothing is at the old one.
    public void moveTo(String path) {
        server.removeContext("/team/shop.git");
        server.createContext(path, this::answer);
    }

    public String origin() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// Method, path and credential of each request.
    public List<String> asked() {
        return asked;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
