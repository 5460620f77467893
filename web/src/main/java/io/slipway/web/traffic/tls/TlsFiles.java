package io.slipway.web.traffic.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.util.List;

import javax.net.ssl.SSLException;

/// The files of a certificate.
///
/// @param certificate PEM, the server's own first, then those that signed it
/// @param key PEM, PKCS#8, without a password
public record TlsFiles(Path certificate, Path key) {
    /// When they were written, and how long they are: another stamp is another certificate.
    record Stamp(List<FileTime> at, List<Long> bytes) {}

    /// Both as one text.
    public String shown() {
        return certificate + " " + key;
    }

    /// @throws Fault CONFIGURATION when they can't be used
    SslContext read() {
        try {
            return SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot use the certificate "
                            + certificate
                            + " with the key "
                            + key
                            + ": "
                            + cause(e),
                    "give SLIPWAY_TLS_CERT the certificate with its chain and SLIPWAY_TLS_KEY its"
                        + " key, both as PEM; openssl pkcs8 -topk8 -nodes makes a key of the right"
                        + " form",
                    e);
        }
    }

    /// @throws IOException when one is not there
    Stamp stamp() throws IOException {
        return new Stamp(
                List.of(Files.getLastModifiedTime(certificate), Files.getLastModifiedTime(key)),
                List.of(Files.size(certificate), Files.size(key)));
    }

    /// What is in the way, never what is in the key.
    private static String cause(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case java.io.FileNotFoundException missing -> missing.getMessage();
            case java.nio.file.NoSuchFileException missing ->
                    missing.getMessage() + " is not there";
            case GeneralSecurityException bad -> "they do not fit together, or are not PEM";
            default -> "they are not PEM of a certificate and its key";
        };
    }
}
