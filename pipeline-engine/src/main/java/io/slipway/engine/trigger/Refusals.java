package io.slipway.engine.trigger;

import io.slipway.db.Tx;
import io.slipway.engine.source.Branches.Moved;
import io.slipway.engine.source.Branches.Result;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Refs;

/// What git's own line says about a ref that did not move as asked.
///
/// @param projectId whose refs they are
record Refusals(Tx tx, long projectId) {
    /// @return a few words, such as `main is at 4be0a17 by run 13: fetch first`
    String of(Moved moved) {
        String name = Refs.brief(moved.move().ref());
        return switch (moved.result()) {
            case MOVED, CONTAINED -> contained(moved);
            case NAME_TAKEN -> name + " cannot exist beside another ref";
            case NOT_ALONE -> "another ref of this atomic push was refused";
            case STALE -> {
                CommitId at = moved.at();
                yield at == null
                        ? name + " was deleted meanwhile: fetch first"
                        : name
                                + " is at "
                                + at.brief()
                                + by(moved.move().ref(), at)
                                + ": fetch first";
            }
        };
    }

    private String by(String ref, CommitId at) {
        return Deliveries.mover(tx, projectId, ref, at).map(n -> " by run " + n).orElse("");
    }

    /// @return what is to be said when the branch went further meanwhile; else empty
    String contained(Moved moved) {
        CommitId at = moved.at();
        if (at == null || moved.result() != Result.CONTAINED || at.equals(moved.move().to())) {
            return "";
        }
        return Refs.brief(moved.move().ref()) + " contains it already, at " + at.brief();
    }
}
