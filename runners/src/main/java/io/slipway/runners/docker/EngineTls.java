package io.slipway.runners.docker;

import com.github.dockerjava.core.LocalDirectorySSLConfig;

import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

import javax.net.ssl.SSLContext;

/// The client certificate for an engine that listens with TLS.
final class EngineTls {
    private EngineTls() {}

    static @Nullable SSLContext context(DockerAddress address) {
        Path folder = address.certificates();
        if (folder == null) {
            return null;
        }
        try {
            return new LocalDirectorySSLConfig(folder.toString()).getSSLContext();
        } catch (RuntimeException e) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot read the engine's certificates in " + folder + ": " + e.getMessage(),
                    "put ca.pem, cert.pem and key.pem there, or set DOCKER_CERT_PATH",
                    e);
        }
    }
}
