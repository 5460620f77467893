package io.slipway.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.fault.Trouble.Kind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

final class FaultProxyTest {
    private static final byte[] TEN = "0123456789".getBytes(StandardCharsets.US_ASCII);

    @TempDir Path folder;
    private ServerSocket echo;
    private FaultProxy proxy;

    /// What an echo has heard on each of its connections when that ended.
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @BeforeEach
    void start() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(this::accept);
        proxy = FaultProxy.tcp(echo.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        echo.close();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = echo.accept();
                Thread.ofVirtual().start(() -> echo(socket));
            }
        } catch (IOException e) {
            // it was closed
        }
    }

    private void echo(Socket socket) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (socket) {
            byte[] piece = new byte[100];
            for (int n = socket.getInputStream().read(piece);
                    n >= 0;
                    n = socket.getInputStream().read(piece)) {
                all.write(piece, 0, n);
                socket.getOutputStream().write(piece, 0, n);
            }
        } catch (IOException e) {
            all.writeBytes("!".getBytes(StandardCharsets.US_ASCII));
        }
        heard.add(all.toString(StandardCharsets.US_ASCII));
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", proxy.port()));
        socket.setSoTimeout(60_000);
        return socket;
    }

    private static String say(Socket socket, int expected) throws IOException {
        socket.getOutputStream().write(TEN);
        return new String(socket.getInputStream().readNBytes(expected), StandardCharsets.US_ASCII);
    }

    @Test
    void withoutTroubleEveryByteAndBothEndsAreCarried() throws Exception {
        try (Socket socket = connect()) {
            assertThat(say(socket, 10)).isEqualTo("0123456789");
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(heard.poll(1, TimeUnit.MINUTES)).isEqualTo("0123456789");
        assertThat(proxy.befallen()).isZero();
    }

    @Test
    void anEarHearsBothDirectionsTheEndAndWhoFoundNobody() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        try (FaultProxy listened = FaultProxy.tcp(echo.getLocalPort(), ear(told))) {
            try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), listened.port())) {
                assertThat(say(socket, 10)).isEqualTo("0123456789");
            }
            assertThat(heard.poll(1, TimeUnit.MINUTES)).isEqualTo("0123456789");
            assertThat(told.poll(1, TimeUnit.MINUTES)).isEqualTo("0 > 0123456789");
            assertThat(told.poll(1, TimeUnit.MINUTES)).isEqualTo("0 < 0123456789");
            assertThat(told.poll(1, TimeUnit.MINUTES)).isEqualTo("0 ended");
            echo.close();
            new Socket(InetAddress.ofLiteral("127.0.0.1"), listened.port()).close();
            assertThat(told.poll(1, TimeUnit.MINUTES)).isEqualTo("nobody");
        }
        assertThat(told).isEmpty();
    }

    private static Ear ear(BlockingQueue<String> told) {
        return new Ear() {
            @Override
            public void refused() {
                told.add("nobody");
            }

            @Override
            public void heard(int connection, boolean fromNear, ByteBuffer bytes) {
                String text = StandardCharsets.US_ASCII.decode(bytes).toString();
                told.add(connection + (fromNear ? " > " : " < ") + text);
            }

            @Override
            public void ended(int connection) {
                told.add(connection + " ended");
            }
        };
    }

    @Test
    void latencyHoldsEachPieceUpInBothDirections() throws Exception {
        proxy.all(Trouble.latency(Duration.ofMillis(100)));
        try (Socket socket = connect()) {
            long begin = System.nanoTime();
            assertThat(say(socket, 10)).isEqualTo("0123456789");
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(200));
        }
    }

    @Test
    void aCutComesAfterExactlySoManyBytes() throws Exception {
        proxy.all(Trouble.after(14, Kind.CUT));
        try (Socket socket = connect()) {
            assertThat(say(socket, 10)).isEqualTo("0123");
            assertThat(heard.poll(1, TimeUnit.MINUTES)).startsWith("0123456789");
        }
        assertThat(proxy.befallen()).isEqualTo(1);
    }

    @Test
    void aResetIsSeenAsOne() throws Exception {
        try (Socket socket = connect()) {
            assertThat(say(socket, 10)).isEqualTo("0123456789");
            proxy.all(Trouble.after(0, Kind.RESET));
            assertThatThrownBy(
                            () -> {
                                socket.getOutputStream().write(TEN);
                                socket.getInputStream().readNBytes(1);
                            })
                    .isInstanceOf(SocketException.class);
            assertThat(heard.poll(1, TimeUnit.MINUTES)).isEqualTo("0123456789!");
        }
    }

    @Test
    void afterAHalfCloseTheFarSideStillHears() throws Exception {
        proxy.all(Trouble.after(10, Kind.HALF_CLOSE));
        try (Socket socket = connect()) {
            assertThat(say(socket, 1)).isEmpty();
            socket.getOutputStream().write(TEN);
            socket.shutdownOutput();
            assertThat(heard.poll(1, TimeUnit.MINUTES)).isEqualTo("01234567890123456789");
        }
    }

    @Test
    void aBlackHoleKeepsBytesUntilItIsCalm() throws Exception {
        try (Socket socket = connect()) {
            assertThat(say(socket, 10)).isEqualTo("0123456789");
            proxy.all(Trouble.after(0, Kind.BLACK_HOLE));
            socket.setSoTimeout(100);
            assertThatThrownBy(() -> say(socket, 1)).isInstanceOf(SocketTimeoutException.class);
            socket.setSoTimeout(60_000);
            proxy.calm();
            assertThat(socket.getInputStream().readNBytes(10)).isEqualTo(TEN);
        }
    }

    @Test
    void aSocketInAFolderIsCutAlike() throws Exception {
        Path real = folder.resolve("real");
        Path near = folder.resolve("near");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(real));
            Thread.ofVirtual()
                    .start(
                            () -> {
                                try (SocketChannel far = server.accept()) {
                                    far.write(ByteBuffer.wrap(TEN));
                                    far.read(ByteBuffer.allocate(1));
                                } catch (IOException e) {
                                    // it was cut
                                }
                            });
            try (FaultProxy cutting = FaultProxy.socket(near, real)) {
                cutting.all(Trouble.after(3, Kind.CUT));
                try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(near))) {
                    assertThat(Channels.newInputStream(channel).readAllBytes())
                            .isEqualTo("012".getBytes(StandardCharsets.US_ASCII));
                }
            }
            assertThat(near).doesNotExist();
        }
    }

    @Test
    void theSameSeedGivesTheSameTroubles() throws Exception {
        List<String> first = answers(7);
        assertThat(answers(7)).isEqualTo(first);
        assertThat(first).anyMatch(String::isEmpty).contains("0123456789");
        assertThat(IntStream.range(0, 50).mapToObj(i -> Trouble.ending(new Random(i), 100)))
                .extracting(Trouble::kind)
                .contains(Kind.RESET, Kind.HALF_CLOSE, Kind.CUT);
    }

    /// What each of 20 connections gets back of ten bytes; a reset counts as nothing.
    private List<String> answers(long seed) throws IOException {
        proxy.seeded(seed, 2, 10);
        return IntStream.range(0, 20)
                .mapToObj(
                        _ -> {
                            try (Socket socket = connect()) {
                                return say(socket, 10);
                            } catch (IOException e) {
                                return "";
                            }
                        })
                .toList();
    }
}
