package io.slipway.web.api;

import io.slipway.db.Conflict;
import io.slipway.db.Database;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/// A change that carries a key happens once, however often it is sent: a repetition gets the first
/// one's answer, and another request under the same key is refused. Keys are kept for a day.
final class Repeats {
    private static final String BEGIN =
            """
            insert into idempotency_keys (principal_id, key, request, body_word) values (?, ?, ?, ?)
            on conflict (principal_id, key) do nothing
            """;

    private static final String FIND =
            "select request, body_word, status, body from idempotency_keys"
                    + " where principal_id = ? and key = ?";

    private static final String END =
            "update idempotency_keys set status = ?, body = ? where principal_id = ? and key = ?";

    private static final String FORGET =
            "delete from idempotency_keys where principal_id = ? and key = ?";

    private static final String FORGET_OLD =
            "delete from idempotency_keys where at < now() - interval '1 day'";

    private final Database database;

    Repeats(Database database) {
        this.database = database;
    }

    /// What was answered.
    ///
    /// @param body JSON; null for a 204
    record Answer(int status, byte @Nullable [] body) {}

    /// What gives the answer.
    @FunctionalInterface
    interface Change {
        /// Does it.
        Answer answer() throws Exception;
    }

    /// What was asked.
    ///
    /// @param line method and path
    /// @param body a word that stands for the body, and does not tell it
    record Asked(String line, String body) {}

    /// A key was sent again with something else. Answered with 422.
    static final class Reused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final Fault fault;

        private Reused(String why) {
            super(why);
            this.fault =
                    new Fault(
                            Fault.Kind.CONFIGURATION,
                            "cannot take this Idempotency-Key again: it was used for " + why,
                            "use a new key for each change, and the same one only to send the same"
                                    + " request again");
        }

        Fault fault() {
            return fault;
        }
    }

    private record Known(
            String request,
            @Nullable String bodyWord,
            @Nullable Integer status,
            byte @Nullable [] body) {}

    /// Does it, unless it was done under that key.
    ///
    /// @param asked a key belongs to one request
    /// @param secret whether the answer must not be kept
    /// @throws Reused when the key belongs to another request
    Answer once(long principal, String key, Asked asked, boolean secret, Change change)
            throws Exception {
        if (!key.matches("[!-~]{1,100}")) {
            throw ApiRequest.bad("Idempotency-Key", "is not 1 to 100 printable characters");
        }
        boolean first =
                database.transaction(
                        tx -> tx.update(BEGIN, principal, key, asked.line(), asked.body()) == 1);
        if (!first) {
            return repeated(principal, key, asked);
        }
        Answer answer;
        try {
            answer = change.answer();
        } catch (Fault | Conflict e) {
            database.change(tx -> tx.update(FORGET, principal, key)); // nothing was changed
            throw e;
        }
        byte[] kept = secret ? null : answer.body();
        int status = secret ? 0 : answer.status();
        database.change(
                tx -> {
                    tx.update(END, status, kept, principal, key);
                    tx.update(FORGET_OLD);
                });
        return answer;
    }

    private Answer repeated(long principal, String key, Asked asked) {
        Optional<Known> found =
                database.read(
                        tx ->
                                tx.first(
                                        FIND,
                                        row ->
                                                new Known(
                                                        row.text("request"),
                                                        row.textOrNull("body_word"),
                                                        row.integerOrNull("status"),
                                                        row.bytesOrNull("body")),
                                        principal,
                                        key));
        Known known = found.orElseThrow(() -> refused("its first request has just failed"));
        if (!known.request().equals(asked.line())) {
            throw new Reused(known.request());
        }
        if (known.bodyWord() != null && !known.bodyWord().equals(asked.body())) {
            throw new Reused("the same request with another body");
        }
        Integer status = known.status();
        if (status == null) {
            throw refused("its first request has not ended, or was cut off");
        }
        if (status == 0) {
            throw refused("its answer is given only once");
        }
        return new Answer(status, known.body());
    }

    private static Fault refused(String why) {
        return new Fault(
                Fault.Kind.CONFLICT,
                "cannot take this Idempotency-Key again: " + why,
                "look whether the change has happened, then use a new key");
    }
}
