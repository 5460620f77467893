package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.forge.api.Reply;
import io.slipway.engine.forge.api.RepositoryApi;

import java.util.List;

/// One kind of thing that forges are told. Used by one thread; what is due is said by others.
interface Answering {
    /// Notes down what there is to tell by now.
    void enlist(Database database);

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
