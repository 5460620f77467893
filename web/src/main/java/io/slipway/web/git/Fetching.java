package io.slipway.web.git;

import io.slipway.engine.source.Refs;
import io.slipway.fault.Fault;

import org.eclipse.jgit.errors.PackProtocolException;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.pack.PackConfig;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;
import org.eclipse.jgit.transport.UploadPack;
import org.eclipse.jgit.transport.UploadPackInternalServerErrorException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Gives refs and objects to those who clone and fetch.
final class Fetching {
    private static final Logger log = LoggerFactory.getLogger(Fetching.class);

    private Fetching() {}

    /// What everybody may see: all but Slipway's own refs.
    static Map<String, Ref> visible(Map<String, Ref> refs) {
        Map<String, Ref> visible = new HashMap<>(refs);
        visible.keySet().removeIf(name -> name.startsWith(Refs.HIDDEN));
        return visible;
    }

    /// Tells the refs; closes the repository.
    static void advertise(Repository repository, String protocol, OutputStream out)
            throws IOException {
        try (UploadPack pack = pack(repository, protocol)) {
            pack.sendAdvertisedRefs(
                    new PacketLineOutRefAdvertiser(new PacketLineOut(out)), "git-upload-pack");
        } finally {
            repository.close();
        }
    }

    /// Answers one request for objects; closes the repository.
    static void fetch(Repository repository, String protocol, InputStream in, OutputStream out)
            throws IOException {
        try (UploadPack pack = pack(repository, protocol)) {
            pack.upload(in, out, null);
        } catch (UploadPackInternalServerErrorException e) {
            if (e.getCause() instanceof Fault fault) {
                throw fault;
            }
            if (!(e.getCause() instanceof PackProtocolException)) {
                throw e;
            }
            log.debug("a fetch was refused", e); // the client has been told
        } finally {
            repository.close();
        }
    }

    private static UploadPack pack(Repository repository, String protocol) {
        UploadPack pack = new UploadPack(repository);
        pack.setBiDirectionalPipe(false);
        pack.setRefFilter(Fetching::visible);
        pack.setExtraParameters(protocol.isEmpty() ? List.of() : List.of(protocol.split(":")));
        PackConfig config = new PackConfig(repository);
        config.setThreads(1);
        config.setDeltaCompress(false);
        pack.setPackConfig(config);
        return pack;
    }
}
