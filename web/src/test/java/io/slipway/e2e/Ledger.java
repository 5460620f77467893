package io.slipway.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A book outside of Slipway into which steps write that they ran, over HTTP from their containers.
/// Where the packet filter keeps jobs from this machine, it is opened for this port alone.
final class Ledger implements AutoCloseable {
    /// What finds the machine on which a container runs.
    static final String WAY_OUT = "to=$(ip route | awk '/^default/ {print $3}')";

    private static final String GATE = "/-/gate";
    private static final Path FILTER = Path.of("/usr/sbin/iptables");

    private final HttpServer server;
    private final Map<String, Integer> entries = new ConcurrentHashMap<>();
    private final List<List<String>> holes = new ArrayList<>();
    private volatile boolean released;

    Ledger() throws IOException {
        server = HttpServer.create(new InetSocketAddress("0.0.0.0", 0), 50);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::enter);
        server.start();
    }

    private void enter(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        boolean waits = path.equals(GATE);
        if (!waits) {
            entries.merge(path, 1, Integer::sum);
        }
        exchange.sendResponseHeaders(waits && !released ? 503 : 200, -1);
        exchange.close();
    }

    /// The lines of a script that enter this word, expanded by the step's shell. A connection that
    /// is refused has entered nothing and is tried again.
    String entry(String word) {
        return WAY_OUT + "\n" + entryBy(word);
    }

    /// The same, where `$to` is known from [#WAY_OUT].
    String entryBy(String word) {
        return """
        until wget -q -O /dev/null "http://$to:%d/%s"; do usleep 100000; done
        """
                .formatted(server.getAddress().getPort(), word);
    }

    /// The lines of a script that print 1, 2, 3, ... until [#release].
    String untilReleased() {
        return WAY_OUT
                + """
                ; i=0
                until wget -q -O /dev/null "http://$to:%d%s" 2>/dev/null; do i=$((i+1)); echo $i; usleep 500000; done
                """
                        .formatted(server.getAddress().getPort(), GATE);
    }

    /// Lets what waits go on.
    void release() {
        released = true;
    }

    /// What was entered, and how often.
    Map<String, Integer> entries() {
        return new TreeMap<>(entries);
    }

    /// Lets the jobs of an instance in; again, before its rules, when those were taken away and put
    /// back: a server does so that ends in order while no job has a network.
    void open(String instance) throws Exception {
        if (!Files.isExecutable(FILTER) || !"root".equals(System.getProperty("user.name"))) {
            return;
        }
        Await.until(
                "the rules for jobs stand",
                () -> filter("-C", List.of("-j", "SLIPWAY-" + instance + "-IN")));
        List<String> rule =
                List.of(
                        "-i",
                        "sj" + instance + "+",
                        "-p",
                        "tcp",
                        "--dport",
                        Integer.toString(server.getAddress().getPort()),
                        "-j",
                        "ACCEPT");
        if (holes.remove(rule)) {
            filter("-D", rule);
        }
        if (!filter("-I", rule)) {
            throw new AssertionError("the ledger cannot be reached");
        }
        holes.add(rule);
    }

    private static boolean filter(String how, List<String> rule) throws Exception {
        List<String> command = new ArrayList<>(List.of(FILTER.toString(), "-w", "5", how, "INPUT"));
        command.addAll(rule);
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    @Override
    public void close() throws Exception {
        server.stop(0);
        for (List<String> rule : holes) {
            filter("-D", rule);
        }
    }
}
