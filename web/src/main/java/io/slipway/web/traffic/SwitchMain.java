package io.slipway.web.traffic;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import io.slipway.fault.Fault;
import io.slipway.web.traffic.tls.TlsFiles;

import org.jspecify.annotations.Nullable;

import sun.misc.Signal;
import sun.misc.SignalHandler;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The switch's process. It is what `slipway switch` runs, and can be started by itself, without
/// the command line's library: that is how `slipway up` starts it.
public final class SwitchMain {
    private SwitchMain() {}

    /// @param args `--data FOLDER`, `--listen ADDRESS:PORT` and `--trusted-proxy CIDR`, the latter
    ///   two as often as needed, `--tls-cert FILE` with `--tls-key FILE`; 1 and a line on the
    ///   standard error when it can't start
    public static void main(String[] args) throws InterruptedException {
        System.exit(run(args));
    }

    /// As [#main(String[])].
    ///
    /// @return the exit status
    public static int run(String[] args) throws InterruptedException {
        openAllJars();
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        Signal.handle(new Signal("INT"), SignalHandler.SIG_IGN);
        Signal.handle(new Signal("HUP"), SignalHandler.SIG_IGN);
        try {
            TrafficSwitch traffic =
                    new TrafficSwitch(
                            SwitchSettings.of(
                                    Path.of(only("--data", args)),
                                    all("--listen", args).stream().map(Addresses::parse).toList(),
                                    all("--trusted-proxy", args),
                                    tls(args)));
            Signal.handle(new Signal("TERM"), signal -> traffic.close());
            traffic.start();
            traffic.awaitEnd();
            return 0;
        } catch (Fault e) {
            System.err.println(FaultLine.of(e));
            return 1;
        }
    }

    /// A search that finds nothing opens each jar. Whoever replaces them while the switch runs
    /// leaves it the old ones whole.
    private static void openAllJars() {
        ClassLoader.getSystemResource("io/slipway/none");
    }

    private static @Nullable TlsFiles tls(String[] args) {
        return all("--tls-cert", args).isEmpty()
                ? null
                : new TlsFiles(Path.of(only("--tls-cert", args)), Path.of(only("--tls-key", args)));
    }

    private static String only(String name, String[] args) {
        List<String> values = all(name, args);
        if (values.size() != 1) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot start the switch: there is not exactly one " + name,
                    "give it once");
        }
        return values.getFirst();
    }

    private static List<String> all(String name, String[] args) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i + 1 < args.length; i++) {
            if (args[i].equals(name)) {
                values.add(args[i + 1]);
            }
        }
        return values;
    }
}
