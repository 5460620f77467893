package io.slipway.web.server;

import io.slipway.engine.access.Subject;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.release.Deployer;
import io.slipway.engine.release.Placement;
import io.slipway.engine.secret.SealingKey;
import io.slipway.runners.kubernetes.KubernetesCluster;
import io.slipway.runners.kubernetes.app.AppSettings;
import io.slipway.runners.kubernetes.app.KubernetesDeployer;
import io.slipway.web.settings.TargetSettings;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/// One Kubernetes cluster as target.
final class TargetParts implements AutoCloseable {
    private final Closing closing = new Closing();
    private final Foundation base;
    private final SealingKey key;
    private final Deployer deployer;

    TargetParts(Foundation base, SealingKey key, TargetSettings settings) {
        this.base = base;
        this.key = key;
        try {
            KubernetesCluster cluster =
                    closing.add(KubernetesCluster.connect(settings.kubeconfig()));
            this.deployer =
                    KubernetesDeployer.connected(
                            cluster,
                            base.instance(),
                            new AppSettings(
                                    settings.prefix(),
                                    base.settings().engine().registry(),
                                    settings.restricted(),
                                    settings.node(),
                                    door(settings.door())),
                            this::password);
        } catch (Throwable e) {
            closing.close();
            throw e;
        }
    }

    private static AppSettings.@Nullable Door door(TargetSettings.@Nullable Door door) {
        if (door == null) {
            return null;
        }
        return door.ingressClass() == null
                ? new AppSettings.Door.ByGateway(
                        String.valueOf(door.namespace()), String.valueOf(door.gateway()))
                : new AppSettings.Door.ByIngress(door.ingressClass());
    }

    /// The password comes from the key, so that it is the same for each rollout of a project.
    private Optional<String> password(Placement at) {
        TokenText token = TokenText.of("slw_" + key.word("pull " + at.projectId()));
        Subject.Repository images = new Subject.Repository(at.projectId(), at.project() + "/*");
        base.database().change(tx -> Tokens.keepForNodes(tx, images, token));
        return Optional.of(token.reveal());
    }

    Deployer deployer() {
        return deployer;
    }

    @Override
    public void close() {
        closing.close();
    }
}
