package io.slipway.e2e;

import io.slipway.web.cli.Version;
import io.slipway.web.server.Server;
import io.slipway.web.settings.Settings;

import sun.misc.Signal;

import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// The server as `up` starts it, with failpoints that a test arms. It is not in the product.
final class FragileServer {
    /// The property that names the port of the test's [Desk].
    static final String DESK = "slipway.test.desk";

    private FragileServer() {}

    public static void main(String[] args) throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        Signal.handle(new Signal("TERM"), _ -> end.countDown());
        try (ArmedFailpoint failpoint = new ArmedFailpoint(Integer.getInteger(DESK));
                Server server =
                        new Server(
                                Settings.read(Map.of(), System.getenv()),
                                Version.text(),
                                failpoint)) {
            System.out.println("serves");
            end.await();
        }
        System.exit(0);
    }
}
