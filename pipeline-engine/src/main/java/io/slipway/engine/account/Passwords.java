package io.slipway.engine.account;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Passwords as argon2id, written with parameters and salt as
/// `$argon2id$v=19$m=..,t=..,p=..$..$..`. Two are computed at once at most, each in 19 MiB: what
/// OWASP's cheat sheet on storing passwords recommends. Safe for use by several threads.
final class Passwords {
    private static final int SHORTEST = 12;
    private static final int LONGEST = 200;
    private static final int SALT = 16;
    private static final int HASH = 32;
    private static final long PATIENCE_SECONDS = 20;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern STORED =
            Pattern.compile(
                    "\\$argon2id\\$v=19\\$m=([0-9]{1,7}),t=([0-9]{1,2}),p=([0-9]{1,2})"
                            + "\\$([A-Za-z0-9+/]{8,88})\\$([A-Za-z0-9+/]{20,88})");

    /// In the place of one that is not there, so that its check takes as long. No password has that
    /// hash: it is random, and nothing was computed for it.
    private final String nobodys;

    private final Semaphore room = new Semaphore(2);
    private final Cost cost;

    /// @param memory KiB
    record Cost(int memory, int iterations, int lanes) {
        static final Cost NORMAL = new Cost(19 << 10, 2, 1);
    }

    Passwords(Cost cost) {
        this.cost = cost;
        this.nobodys = written(random(SALT), random(HASH));
    }

    /// @throws Fault CONFIGURATION when it is too easy to guess
    static void check(String name, String password) {
        String why =
                password.length() < SHORTEST
                        ? "it has fewer than " + SHORTEST + " characters"
                        : password.length() > LONGEST
                                ? "it has more than " + LONGEST + " characters"
                                : password.chars().distinct().count() < 5
                                        ? "it has fewer than 5 different characters"
                                        : password.equalsIgnoreCase(name) ? "it is the name" : null;
        if (why != null) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot take the password: " + why,
                    "choose a longer one, such as four words that have nothing to do with each"
                            + " other");
        }
    }

    String hash(String password) {
        byte[] salt = random(SALT);
        return written(salt, compute(password, salt, cost, HASH));
    }

    private String written(byte[] salt, byte[] hash) {
        Base64.Encoder text = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
                .formatted(
                        cost.memory(),
                        cost.iterations(),
                        cost.lanes(),
                        text.encodeToString(salt),
                        text.encodeToString(hash));
    }

    /// Whether it is the password, told in the same time whether or not there is one.
    ///
    /// @param stored null: there is none
    boolean matches(@Nullable String stored, String password) {
        Matcher parts = STORED.matcher(stored == null ? nobodys : stored);
        if (!parts.matches()) {
            throw new IllegalStateException("a stored password has an unknown form");
        }
        Cost then = costOf(parts);
        byte[] expected = Base64.getDecoder().decode(parts.group(5));
        byte[] salt = Base64.getDecoder().decode(parts.group(4));
        String tried = password.length() > LONGEST ? "" : password;
        boolean same = MessageDigest.isEqual(expected, compute(tried, salt, then, expected.length));
        return same && stored != null;
    }

    /// Whether it was stored with other parameters than are used now.
    boolean isOld(String stored) {
        Matcher parts = STORED.matcher(stored);
        return parts.matches() && !costOf(parts).equals(cost);
    }

    private static Cost costOf(Matcher parts) {
        return new Cost(
                Integer.parseInt(parts.group(1)),
                Integer.parseInt(parts.group(2)),
                Integer.parseInt(parts.group(3)));
    }

    private byte[] compute(String password, byte[] salt, Cost with, int length) {
        enter();
        try {
            Argon2BytesGenerator argon2 = new Argon2BytesGenerator();
            argon2.init(
                    new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                            .withMemoryAsKB(with.memory())
                            .withIterations(with.iterations())
                            .withParallelism(with.lanes())
                            .withSalt(salt)
                            .build());
            byte[] hash = new byte[length];
            argon2.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
            return hash;
        } finally {
            room.release();
        }
    }

    private void enter() {
        try {
            if (room.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new Fault(
                Kind.UNAVAILABLE,
                "cannot check the password: many people sign in at this moment",
                "try again in a minute");
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
