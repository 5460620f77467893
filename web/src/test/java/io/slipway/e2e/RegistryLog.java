package io.slipway.e2e;

import io.slipway.e2e.PassingMessages.Body;
import io.slipway.fault.Ear;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An access log of the registry that is kept outside of it: what engines send there, and how they
/// are answered, read from the bytes that pass. A manifest's digest is computed from them.
final class RegistryLog implements Ear {
    private static final Pattern MANIFEST = Pattern.compile("PUT /v2/(.+)/manifests/([^ ]+) .*");
    private static final Pattern GREETING = Pattern.compile("(GET|HEAD) /v2/? .*");
    private static final int NO_ANSWER = 0;

    private final Map<Integer, Line> lines = new ConcurrentHashMap<>();
    private final List<Put> puts = new ArrayList<>();
    private final List<Instant> away = new ArrayList<>();
    private final List<String> unread = new ArrayList<>();
    private int requests;

    /// Somebody put a manifest.
    ///
    /// @param digest of the bytes that were sent
    /// @param config the digest of the image's configuration; empty when it has none
    /// @param status 0: there was no answer
    record Put(String repository, String reference, String digest, String config, int status) {
        boolean isTaken() {
            return status == 201;
        }
    }

    /// What was put, in the order of the answers.
    synchronized List<Put> puts() {
        return List.copyOf(puts);
    }

    /// When an engine greeted the registry, and was not heard.
    synchronized List<Instant> away() {
        return List.copyOf(away);
    }

    /// What was no HTTP as it is read here: what this log says is whole without any.
    synchronized List<String> unread() {
        return List.copyOf(unread);
    }

    /// How many requests there were.
    synchronized int requests() {
        return requests;
    }

    @Override
    public void refused() {
        missed(Instant.now());
    }

    private synchronized void missed(Instant at) {
        away.add(at);
    }

    @Override
    public void heard(int connection, boolean fromNear, ByteBuffer bytes) {
        Line line = lines.computeIfAbsent(connection, _ -> new Line());
        synchronized (line) {
            line.wasHeard |= !fromNear;
            try {
                (fromNear ? line.requests : line.answers).passed(bytes);
            } catch (RuntimeException e) {
                isUnread(e.toString());
            }
        }
    }

    private synchronized void isUnread(String why) {
        unread.add(why);
    }

    @Override
    public void ended(int connection) {
        Line line = lines.remove(connection);
        if (line == null || !line.wasHeard()) {
            missed(Instant.now());
        }
        if (line != null) {
            line.ended();
        }
    }

    private synchronized void noted(Exchange exchange, int status) {
        requests++;
        Matcher manifest = MANIFEST.matcher(exchange.request);
        if (manifest.matches()) {
            String repository = manifest.group(1);
            String reference = manifest.group(2);
            puts.add(new Put(repository, reference, exchange.digest, exchange.config, status));
        }
        boolean isHeard = status != NO_ANSWER && status < 500;
        if (GREETING.matcher(exchange.request).matches() && !isHeard) {
            away.add(exchange.at);
        }
    }

    /// A request, and what is known of its body once that has passed.
    private static final class Exchange {
        private final Instant at = Instant.now();
        private final String request;
        private String digest = "";
        private String config = "";

        Exchange(String request) {
            this.request = request;
        }

        void manifest(byte[] bytes) {
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
                digest = "sha256:" + HexFormat.of().formatHex(hash);
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
            JsonNode tree = JsonMapper.shared().readTree(bytes);
            config = tree.path("config").path("digest").asString("");
        }
    }

    /// A connection.
    private final class Line {
        /// Requests without an answer yet, the oldest first.
        private final Deque<Exchange> open = new ArrayDeque<>();

        private final PassingMessages requests = new PassingMessages(new Requests());
        private final PassingMessages answers = new PassingMessages(new Answers());
        private @Nullable Exchange answered;
        private int status;

        /// Whether anything came back.
        private boolean wasHeard;

        synchronized boolean wasHeard() {
            return wasHeard;
        }

        synchronized void ended() {
            if (answered != null) {
                // An answer without a length ends with its connection.
                noted(answered, answers.isOver() ? status : NO_ANSWER);
            }
            open.forEach(exchange -> noted(exchange, NO_ANSWER));
        }

        private final class Requests implements PassingMessages.Listener {
            @Override
            public Body began(String head) {
                open.addLast(new Exchange(head.lines().findFirst().orElse("")));
                return isManifest() ? Body.KEPT : Body.PASSED;
            }

            @Override
            public void ended(byte[] body) {
                if (isManifest()) {
                    open.getLast().manifest(body);
                }
            }

            private boolean isManifest() {
                return !open.isEmpty() && MANIFEST.matcher(open.getLast().request).matches();
            }
        }

        private final class Answers implements PassingMessages.Listener {
            @Override
            public Body began(String head) {
                int told = Integer.parseInt(head.substring(9, 12));
                if (told < 200) {
                    return Body.NONE; // the answer follows
                }
                answered = open.pollFirst();
                status = told;
                boolean toHead = answered != null && answered.request.startsWith("HEAD ");
                return toHead || told == 204 || told == 304 ? Body.NONE : Body.PASSED;
            }

            @Override
            public void ended(byte[] body) {
                if (answered != null) {
                    noted(answered, status);
                    answered = null;
                }
            }
        }
    }
}
