package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.forge.api.Reply;
import io.slipway.engine.forge.api.RepositoryApi;

import java.util.List;
import java.util.function.LongConsumer;

/// One kind of thing that forges are told. Used by one thread; what is due is said by others.
interface Answering {
    /// Notes down what there is to tell by now.
    void enlist(Database database);

    /// How far a kind of thing has looked through what could be told. Used by one thread.
    final class Looked {
        /// Transactions end in another order than ids are given: so many are looked at again.
        private static final long OVERLAP = 1_000;

        private long seen;

        /// Has what came since looked through; nothing is done while nothing came.
        ///
        /// @param newest id
        /// @param since is given the id from which on to look
        void upTo(long newest, LongConsumer since) {
            if (newest != seen) {
                since.accept(seen == 0 ? 0 : seen - OVERLAP);
                seen = newest;
            }
        }
    }

    /// Takes what is to be said and was not yet, so that no other server says it.
    ///
    /// @param most how many
    List<Due> claim(Tx tx, int most);

    /// Says it. May be called again after a kill in the middle of it.
    @FunctionalInterface
    interface Saying {
        Reply to(RepositoryApi api);
    }

    /// Something to say.
    ///
    /// @param id of its row
    /// @param fence of the claim
    /// @param now what is said
    /// @param name for people
    record Due(
            long id,
            long fence,
            long project,
            int failures,
            String now,
            String name,
            Saying saying) {
        /// Of a row with `id`, `fence`, `project_id`, `failures` and `now`.
        static Due of(Row row, String name, Saying saying) {
            return new Due(
                    row.number("id"),
                    row.number("fence"),
                    row.number("project_id"),
                    row.integer("failures"),
                    row.text("now"),
                    name,
                    saying);
        }
    }
}
