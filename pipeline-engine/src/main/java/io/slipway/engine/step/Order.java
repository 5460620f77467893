package io.slipway.engine.step;

import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.workspace.Service;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/// What a runner needs to know of one attempt.
///
/// @param name of everything that it makes
/// @param image reference as the file gives it
/// @param network false: only the job's own network, no way out
/// @param services run beside the steps, which reach them by their names whatever `network` says;
///   each has the job's limits for itself
/// @param own containers of steps with an image of their own, in the order of the steps
/// @param labels evidence for people and the sweeper: project, run, fence
/// @param workTree writes the sources; called once for each container that is made
/// @param records what the starter reads from its standard input
public record Order(
        AttemptName name,
        String image,
        Resources resources,
        boolean network,
        List<Service> services,
        List<OwnContainer> own,
        Map<String, String> labels,
        WorkTree workTree,
        Records records) {

    /// With no services, and with records that may be handed over at any time.
    public Order(
            AttemptName name,
            String image,
            Resources resources,
            boolean network,
            Map<String, String> labels,
            WorkTree workTree,
            byte[] records) {
        this(
                name,
                image,
                resources,
                network,
                List.of(),
                List.of(),
                labels,
                workTree,
                () -> records);
    }

    /// The same with services.
    public Order with(List<Service> beside) {
        return new Order(name, image, resources, network, beside, own, labels, workTree, records);
    }

    /// The same with other records.
    public Order with(Records others) {
        return new Order(name, image, resources, network, services, own, labels, workTree, others);
    }

    /// The same with containers for steps.
    public Order elsewhere(List<OwnContainer> others) {
        return new Order(
                name, image, resources, network, services, others, labels, workTree, records);
    }

    /// The container of one step with an image of its own. It has workspace, [Starter#FOLDER],
    /// network, rights, limits and user of the job's container, and runs [Starter#argvElsewhere];
    /// its records are handed over before those of the job's container. It waits for its turn by
    /// itself, and may be started at any time before.
    ///
    /// @param step its position
    /// @param image reference as the file gives it
    /// @param begins what the job's container prints right before the step's turn: what the step
    ///   prints belongs behind it ([Splice])
    public record OwnContainer(int step, String image, byte[] begins, Records records) {
        /// The same with other records.
        public OwnContainer with(Records others) {
            return new OwnContainer(step, image, begins, others);
        }
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
