package io.slipway.web.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.fault.Fault;
import io.slipway.web.traffic.proxy.ProxyLimits;
import io.slipway.web.traffic.tls.TlsFiles;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// HTTPS and plain HTTP over the switch's one port.
@Timeout(120)
class TlsTest {
    private static final char[] STORE = "changeit".toCharArray();
    private static final String HELLO = "hello.localhost";

    @TempDir Path data;

    /// A new certificate of that name, as files of `folder`.
    private static TlsFiles certificate(Path folder, String name) throws Exception {
        Path store = folder.resolve(name + ".p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                                "-genkeypair",
                                "-keyalg",
                                "EC",
                                "-alias",
                                "a",
                                "-dname",
                                "CN=" + name,
                                "-validity",
                                "2",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                "changeit")
                        .redirectErrorStream(true)
                        .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance(store.toFile(), STORE);
        TlsFiles files = new TlsFiles(folder.resolve(name + ".crt"), folder.resolve(name + ".key"));
        pem(files.certificate(), "CERTIFICATE", keys.getCertificate("a").getEncoded());
        pem(files.key(), "PRIVATE KEY", keys.getKey("a", STORE).getEncoded());
        return files;
    }

    private static void pem(Path file, String what, byte[] bytes) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(
                file, "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
    }

    private TrafficSwitch started(TlsFiles files) {
        SwitchSettings plain = Switches.settings(data, ProxyLimits.DEFAULT);
        return Switches.started(
                new SwitchSettings(
                        plain.data(),
                        plain.listen(),
                        plain.trusted(),
                        files,
                        plain.limits(),
                        plain.grace(),
                        plain.retirement()),
                "1");
    }

    /// @param certificate whose it was, by its name
    private record Answer(String certificate, String text) {}

    private static SSLSocket connect(int port) throws Exception {
        TrustManager anybody =
                new X509TrustManager() {
                    @Override
                    public void checkClientTrusted(X509Certificate[] chain, String type) {}

                    @Override
                    public void checkServerTrusted(X509Certificate[] chain, String type) {}

                    @Override
                    public X509Certificate[] getAcceptedIssuers() {
                        return new X509Certificate[0];
                    }
                };
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {anybody}, new SecureRandom());
        SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(InetAddress.ofLiteral("127.0.0.1"), port);
        socket.setSoTimeout(30_000);
        socket.startHandshake();
        return socket;
    }

    private static Answer ask(SSLSocket socket, String more) throws Exception {
        String request = "GET / HTTP/1.1\r\nHost: " + HELLO + "\r\n" + more + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return new Answer(shown.getSubjectX500Principal().getName(), read(socket.getInputStream()));
    }

    private static String read(InputStream in) throws IOException {
        String head = Wire.head(in);
        int length =
                head.lines()
                        .filter(
                                line ->
                                        line.toLowerCase(java.util.Locale.ROOT)
                                                .startsWith("content-length:"))
                        .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                        .findFirst()
                        .orElse(0);
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static Answer get(int port) throws Exception {
        try (SSLSocket socket = connect(port)) {
            return ask(socket, "Connection: close\r\n");
        }
    }

    @Test
    void onePortSpeaksBothAndTellsTheAppWhich(@TempDir Path files) throws Exception {
        try (TrafficSwitch traffic = started(certificate(files, "one"));
                App app =
                        new App(
                                request -> {
                                    request.answer(request.header("X-Forwarded-Proto"));
                                    return true;
                                })) {
            traffic.apply(Switches.hello(1, app.address()).toJson());
            int port = Switches.port(traffic);
            try (SSLSocket socket = connect(port)) {
                for (int i = 0; i < 3; i++) {
                    assertThat(ask(socket, "X-Forwarded-Proto: http\r\n"))
                            .isEqualTo(new Answer("CN=one", "https"));
                }
            }
            assertThat(Wire.get(port, HELLO, "X-Forwarded-Proto: https").body()).isEqualTo("http");
        }
    }

    @Test
    void aRenewedCertificateIsShownAndNoConnectionIsCut(@TempDir Path files) throws Exception {
        TlsFiles one = certificate(files, "one");
        TlsFiles two = certificate(files, "two");
        try (TrafficSwitch traffic = started(one);
                App app = App.saying("hello")) {
            traffic.apply(Switches.hello(1, app.address()).toJson());
            int port = Switches.port(traffic);
            try (SSLSocket open = connect(port)) {
                assertThat(ask(open, "").text()).isEqualTo("hello");

                Files.writeString(one.key(), "nonsense");
                Files.move(
                        two.certificate(), one.certificate(), StandardCopyOption.REPLACE_EXISTING);
                assertThat(get(port).certificate()).as("a half change").isEqualTo("CN=one");
                Files.move(two.key(), one.key(), StandardCopyOption.REPLACE_EXISTING);

                await().atMost(Duration.ofSeconds(60))
                        .until(() -> get(port).certificate().equals("CN=two"));
                assertThat(ask(open, "")).isEqualTo(new Answer("CN=one", "hello"));
            }
        }
    }

    @Test
    void filesThatDoNotFitAreToldAtTheStart(@TempDir Path files) throws Exception {
        TlsFiles one = certificate(files, "one");
        TlsFiles two = certificate(files, "two");
        TlsFiles missing = new TlsFiles(files.resolve("none.crt"), one.key());
        Path text = Files.writeString(files.resolve("text"), "hello");
        for (TlsFiles wrong :
                new TlsFiles[] {
                    missing,
                    new TlsFiles(one.certificate(), two.certificate()),
                    new TlsFiles(one.certificate(), text),
                    new TlsFiles(text, one.key())
                }) {
            assertThatThrownBy(() -> started(wrong))
                    .isInstanceOfSatisfying(
                            Fault.class,
                            fault -> {
                                assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION);
                                assertThat(fault.message())
                                        .startsWith("cannot use the certificate ");
                                assertThat(fault.remedy()).contains("SLIPWAY_TLS_KEY");
                            });
        }
    }
}
