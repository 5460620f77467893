package io.slipway.engine.account;

import io.slipway.db.Database;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.TokenText;

import java.util.Optional;

/// Who presents a token: asked alike by the API, git and the registry, which count together who
/// presents tokens that are worth nothing. Such a token belongs to no account, so only its address
/// counts. Each server counts for itself.
public final class TokenDoor {
    private static final int MOST = 60;

    private final Database database;
    private final Guesses guesses;

    /// One that counts.
    public TokenDoor(Database database) {
        this(database, MOST);
    }

    private TokenDoor(Database database, int most) {
        this.database = database;
        this.guesses = new Guesses(most, System::nanoTime);
    }

    /// One at which nobody waits: for containers of jobs, whose addresses go from one job to the
    /// next, and whose credentials nobody has chosen.
    public static TokenDoor ofJobs(Database database) {
        return new TokenDoor(database, Integer.MAX_VALUE);
    }

    /// @param address from where it comes
    /// @return empty for a token that is worth nothing
    /// @throws TooManyTries when too many such came from there
    public Optional<Caller> caller(TokenText token, String address) {
        byte[] sha256 = token.sha256();
        long seconds = guesses.toWait(address, sha256);
        if (seconds > 0) {
            throw new TooManyTries(seconds);
        }
        Optional<Caller> caller = database.read(tx -> Access.authenticate(tx, token));
        if (caller.isPresent()) {
            guesses.right(sha256);
        } else {
            guesses.wrong(address, sha256);
        }
        return caller.map(one -> one.from(address));
    }
}
