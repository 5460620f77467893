package io.slipway.engine.connect;

import io.slipway.engine.forge.people.ForgePeople;
import io.slipway.engine.forge.people.ForgePerson;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.run.NewRun;
import io.slipway.engine.source.CommitId;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Optional;

/// Whose code a pull request is. The forge's API is asked, not the delivery: what that says is said
/// by whoever has the hook's secret. Where the forge does not say it, it is nobody's whom anybody
/// trusts.
public final class Authors {
    private static final Logger log = LoggerFactory.getLogger(Authors.class);

    private final RemoteForges forges;

    public Authors(RemoteForges forges) {
        this.forges = forges;
    }

    /// The people around a remote's repository; empty where the forge can't be asked.
    Optional<ForgePeople> people(Remote remote) {
        return forges.api(remote)
                .flatMap(
                        api ->
                                ForgePeople.of(
                                        api,
                                        remote.forge(),
                                        remote.repository(),
                                        remote.repositoryId()));
    }

    /// The author of a pull request at a commit; null when it is not known.
    NewRun.@Nullable Author of(Remote remote, int number, CommitId commit) {
        try {
            ForgePeople people = people(remote).orElse(null);
            ForgePerson author =
                    people == null ? null : people.author(number, commit.hex()).orElse(null);
            return people == null || author == null
                    ? null
                    : new NewRun.Author(author.id(), author.login(), member(people, author));
        } catch (Fault fault) {
            log.info(
                    "whose code pull request {} of project {} is, is not known: {}",
                    number,
                    remote.projectId(),
                    fault.message());
            return null;
        }
    }

    /// A token that may not ask who may push still says whose code it is.
    private static boolean member(ForgePeople people, ForgePerson author) {
        try {
            return people.mayPush(author);
        } catch (Fault fault) {
            log.info("whether {} may push is not known: {}", author.login(), fault.message());
            return false;
        }
    }
}
