package io.slipway.engine.step;

import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.AttemptName;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/// What a runner needs to know of one attempt.
///
/// @param name of everything that it makes
/// @param image reference as the file gives it
/// @param network false: only the job's own network, no way out
/// @param labels evidence for people and the sweeper: project, run, fence
/// @param workTree writes the sources; called once for each container that is made
/// @param records what the starter reads from its standard input
public record Order(
        AttemptName name,
        String image,
        Resources resources,
        boolean network,
        Map<String, String> labels,
        WorkTree workTree,
        Records records) {

    /// With records that may be handed over at any time.
    public Order(
            AttemptName name,
            String image,
            Resources resources,
            boolean network,
            Map<String, String> labels,
            WorkTree workTree,
            byte[] records) {
        this(name, image, resources, network, labels, workTree, () -> records);
    }

    /// Gives the records of [Starter#records]. Nothing of the user's runs before they are handed
    /// over, and all of it does after.
    @FunctionalInterface
    public interface Records {
        /// Asked for once the container runs, right before they are handed over.
        ///
        /// @throws io.slipway.engine.run.ClaimLost when somebody else may have run the steps by
        ///   now: then they are not handed over
        byte[] get();
    }

    /// Gives the sources as a tar stream whose paths are relative to the workspace.
    @FunctionalInterface
    public interface WorkTree {
        /// @param owner numeric user that owns every file: the one the image runs as
        void writeTar(OutputStream out, int owner) throws IOException;
    }
}
