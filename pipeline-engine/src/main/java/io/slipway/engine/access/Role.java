package io.slipway.engine.access;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// What somebody is in a project, or in the whole instance; each may what those before it may.
public enum Role {
    /// Looks.
    VIEWER(Right.READ),
    /// Pushes, and starts, retries and cancels runs; of the whole instance: makes projects.
    DEVELOPER(Right.PUSH, Right.RUN, Right.CREATE_PROJECT),
    /// Rolls out and back, agrees to rollouts, changes configuration and settings.
    MAINTAINER(Right.ROLL_OUT, Right.CONFIGURE),
    /// Says who is what; of the whole instance: operates it.
    ADMIN(Right.ADMINISTER, Right.OPERATE);

    private final Set<Right> own;

    Role(Right... own) {
        this.own = EnumSet.copyOf(Arrays.asList(own));
    }

    /// The role of a word, such as `viewer`.
    public static Optional<Role> of(String word) {
        return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
    }

    /// The least role that has a right.
    public static Role with(Right right) {
        return Arrays.stream(values())
                .filter(role -> role.own.contains(right))
                .findFirst()
                .orElseThrow();
    }

    /// Whether it may this.
    public boolean grants(Right right) {
        return covers(with(right));
    }

    /// Whether it may all that the other may.
    public boolean covers(Role other) {
        return compareTo(other) >= 0;
    }

    /// As it is written: `viewer`.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
