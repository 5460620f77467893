package io.slipway.engine.access;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Tokens.Grant;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.regex.Pattern;

/// The operator's token, with which an instance begins: the one that was set, else the one in the
/// data folder's file, made when missing. There is one first token at a time: setting another ends
/// the one before.
public final class FirstToken {
    private static final String OPERATOR = "operator";
    private static final String LABEL = "first";
    private static final Pattern CHOSEN = Pattern.compile("[\\x21-\\x7e]{20,200}");

    private static final String REVOKED =
            "select revoked_at is not null as revoked from tokens where sha256 = ?";

    /// What was replaced may come back later, what was revoked may not: its row stays.
    private static final String REMOVE_OTHERS =
            """
            delete from tokens
            where principal_id = ? and label = ? and sha256 <> ? and revoked_at is null
            """;

    private FirstToken() {}

    /// @param made whether it was made now: then it is shown to the operator, once
    public record Result(TokenText token, boolean made) {}

    /// Makes the first token valid.
    ///
    /// @param file where one that was not chosen is kept, 0600
    /// @param chosen `SLIPWAY_TOKEN`; null when it is not set
    /// @throws Fault CONFIGURATION when the chosen one is too short or the file can't be used
    public static Result ensure(Database database, Path file, @Nullable String chosen) {
        if (chosen != null) {
            TokenText token = checked(chosen);
            if (revoked(database, token)) {
                throw new Fault(
                        Kind.CONFIGURATION,
                        "cannot take SLIPWAY_TOKEN: this token was revoked",
                        "use another one");
            }
            database.change(tx -> store(tx, token));
            return new Result(token, false);
        }
        Result result = kept(file);
        if (revoked(database, result.token())) {
            result = made(file);
        }
        TokenText token = result.token();
        database.change(tx -> store(tx, token));
        return result;
    }

    private static boolean revoked(Database database, TokenText token) {
        return database.read(
                        tx ->
                                tx.first(
                                        REVOKED,
                                        row -> row.flag("revoked"),
                                        (Object) token.sha256()))
                .orElse(false);
    }

    private static void store(Tx tx, TokenText token) {
        Principal operator = Principals.ensure(tx, OPERATOR, Principal.Kind.OPERATOR);
        tx.update(REMOVE_OTHERS, operator.id(), LABEL, token.sha256());
        if (tx.first(REVOKED, row -> row.flag("revoked"), (Object) token.sha256()).isEmpty()) {
            Grant everything = new Grant(LABEL, EnumSet.allOf(Right.class), null, null);
            Tokens.store(tx, operator, everything, token);
        }
    }

    private static TokenText checked(String chosen) {
        if (!CHOSEN.matcher(chosen).matches()) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot take SLIPWAY_TOKEN: it is no word of 20 to 200 characters",
                    "use a long random one, such as openssl rand -hex 32 prints");
        }
        return TokenText.of(chosen);
    }

    private static Result kept(Path file) {
        if (!Files.exists(file)) {
            return made(file);
        }
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8).strip();
            return new Result(TokenText.of(text), false);
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    private static Result made(Path file) {
        try {
            TokenText token = TokenText.random();
            Path part = file.resolveSibling(file.getFileName() + ".part");
            Files.deleteIfExists(part);
            Files.createFile(
                    part,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(part, token.reveal() + "\n", StandardOpenOption.WRITE);
            Files.move(
                    part,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            return new Result(token, true);
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    private static Fault unusable(Path file, IOException cause) {
        return new Fault(
                Kind.CONFIGURATION,
                "cannot keep the first token in " + file + ": " + cause.getMessage(),
                "make the folder writable",
                cause);
    }
}
