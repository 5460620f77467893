package io.slipway.web.traffic.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/// The files of a certificate.
///
/// @param certificate PEM, the server's own first, then those that signed it
/// @param key PEM, PKCS#8, without a password
public record TlsFiles(Path certificate, Path key) {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    /// When they were written, and how long they are: another stamp is another certificate.
    record Stamp(List<FileTime> at, List<Long> bytes) {}

    /// Both as one text.
    public String shown() {
        return certificate + " " + key;
    }

    /// @throws Fault CONFIGURATION when they can't be used
    SslContext read() {
        try {
            X509Certificate[] chain = chain();
            PrivateKey own = own(chain[0].getPublicKey());
            if (!fits(own, chain[0].getPublicKey())) {
                throw refused("the key is not that of the certificate", null);
            }
            return SslContextBuilder.forServer(own, chain)
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
        } catch (NoSuchFileException e) {
            throw refused(e.getMessage() + " is not there", e);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw refused("one of them is not the PEM that it should be", e);
        } catch (IOException e) {
            throw refused(String.valueOf(e.getMessage()), e);
        }
    }

    private X509Certificate[] chain() throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(certificate)) {
            X509Certificate[] chain =
                    CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                            .map(X509Certificate.class::cast)
                            .toArray(X509Certificate[]::new);
            if (chain.length == 0) {
                throw refused("there is no certificate in the first", null);
            }
            return chain;
        }
    }

    private PrivateKey own(PublicKey fitting) throws IOException, GeneralSecurityException {
        String text = Files.readString(key, StandardCharsets.ISO_8859_1);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw refused("the key is no PEM of PKCS#8, or has a password", null);
        }
        byte[] bytes = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
        return KeyFactory.getInstance(fitting.getAlgorithm())
                .generatePrivate(new PKCS8EncodedKeySpec(bytes));
    }

    /// Files that are just being replaced are a new one and an old one for a moment.
    private static boolean fits(PrivateKey own, PublicKey shown) throws GeneralSecurityException {
        String algorithm =
                switch (own.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> own.getAlgorithm();
                };
        byte[] text = {1, 2, 3};
        Signature signing = Signature.getInstance(algorithm);
        signing.initSign(own);
        signing.update(text);
        Signature checking = Signature.getInstance(algorithm);
        checking.initVerify(shown);
        checking.update(text);
        return checking.verify(signing.sign());
    }

    private Fault refused(String why, @Nullable Throwable cause) {
        return new Fault(
                Kind.CONFIGURATION,
                "cannot use the certificate " + certificate + " with the key " + key + ": " + why,
                "give SLIPWAY_TLS_CERT the certificate with its chain and SLIPWAY_TLS_KEY its key,"
                        + " both as PEM; openssl pkcs8 -topk8 -nodes makes a key of the right form",
                cause);
    }

    /// @throws IOException when one is not there
    Stamp stamp() throws IOException {
        return new Stamp(
                List.of(Files.getLastModifiedTime(certificate), Files.getLastModifiedTime(key)),
                List.of(Files.size(certificate), Files.size(key)));
    }
}
