package io.slipway.web.settings;

import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Tokens that somebody keeps on this machine for servers: a file of theirs, 0600, beside the
/// settings file. One line for each server, its URL and its token, the newest first.
///
/// @param file that need not be there
public record Logins(Path file) {
    private static final Set<PosixFilePermission> OWNER =
            PosixFilePermissions.fromString("rw-------");

    /// The server that somebody signed in to last.
    Optional<URI> newest() {
        return read().keySet().stream().findFirst();
    }

    /// What is kept for a server.
    ///
    /// @throws Fault CONFIGURATION when others can read it
    public Optional<Secret> token(URI server) {
        return Optional.ofNullable(read().get(server)).map(Secret::of);
    }

    /// Keeps a token for a server, in place of an earlier one.
    public void keep(URI server, Secret token) {
        Map<URI, String> all = new LinkedHashMap<>();
        all.put(server, token.reveal());
        read().forEach(all::putIfAbsent);
        write(all);
    }

    /// Keeps nothing for a server any more.
    ///
    /// @return whether there was something
    public boolean forget(URI server) {
        Map<URI, String> all = read();
        boolean known = all.remove(server) != null;
        if (known) {
            write(all);
        }
        return known;
    }

    private Map<URI, String> read() {
        Map<URI, String> all = new LinkedHashMap<>();
        if (!Files.isRegularFile(file)) {
            return all;
        }
        try {
            if (!OWNER.containsAll(Files.getPosixFilePermissions(file))) {
                throw new Fault(
                        Kind.CONFIGURATION,
                        "cannot use the tokens in " + file + ": others can read them",
                        "chmod 600 " + file);
            }
            for (String line : Files.readAllLines(file)) {
                String[] words = line.split(" ", 2);
                if (words.length == 2) {
                    all.put(URI.create(words[0]), words[1].strip());
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot read the tokens in " + file + ": it is not as slipway login left it",
                    "remove it and sign in again",
                    e);
        }
        return all;
    }

    private void write(Map<URI, String> all) {
        StringBuilder text = new StringBuilder();
        all.forEach((server, token) -> text.append(server).append(' ').append(token).append('\n'));
        try {
            Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
            Path fresh =
                    Files.createTempFile(
                            folder, "logins", "", PosixFilePermissions.asFileAttribute(OWNER));
            Files.write(fresh, text.toString().getBytes(StandardCharsets.UTF_8));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
