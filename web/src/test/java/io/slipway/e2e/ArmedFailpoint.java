package io.slipway.e2e;

import io.slipway.fault.Failpoint;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Tells the test's [Desk] of every point that the server reaches, and holds the thread that
/// reaches one which the desk has armed, until the desk lets it go or the server is killed.
final class ArmedFailpoint implements Failpoint, AutoCloseable {
    private static final Pattern PREFIX = Pattern.compile("/v[0-9.]+(?=/)|\\?.*");
    private static final Pattern NAME =
            Pattern.compile("/(containers|networks|volumes|exec)/(?!create|prune)[^/]+");
    private static final Pattern IMAGE =
            Pattern.compile("/images/(?!create|load).+?(?=/(push|tag|get)$|$)");

    private final Socket desk;
    private final Writer out;
    private Set<String> armed = Set.of();

    ArmedFailpoint(int port) throws IOException {
        this.desk = new Socket("127.0.0.1", port);
        this.desk.setTcpNoDelay(true);
        this.out = new java.io.OutputStreamWriter(desk.getOutputStream(), StandardCharsets.UTF_8);
        Thread.ofPlatform().daemon().name("failpoints").start(this::listen);
    }

    private void listen() {
        try (BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(desk.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                arm(Set.of(line.split("\t")));
            }
        } catch (IOException e) {
            arm(Set.of());
        }
    }

    private synchronized void arm(Set<String> points) {
        armed = points;
        notifyAll();
    }

    @Override
    public void at(Moment moment, String what) {
        String name = name(what);
        if (name.isEmpty()) {
            return;
        }
        String point = moment + " " + name;
        if (tell(point)) {
            hold(point);
        }
    }

    /// @return whether to hold there
    private synchronized boolean tell(String point) {
        boolean hit = armed.contains(point);
        try {
            out.write((hit ? "hit " : "visit ") + point + "\n");
            out.flush();
        } catch (IOException e) {
            return false;
        }
        return hit;
    }

    /// An interrupt that comes meanwhile is as good as one that came before: it is forgotten, so
    /// that the change is tried.
    private synchronized void hold(String point) {
        while (armed.contains(point)) {
            try {
                wait();
            } catch (InterruptedException e) {
                assert !Thread.currentThread().isInterrupted();
            }
        }
    }

    /// Calls are named by what they do to what; commits by the method that wants them. Empty for
    /// what changes nothing.
    private static String name(String what) {
        if (what.equals("commit")) {
            return "commit " + StackWalker.getInstance().walk(ArmedFailpoint::committer);
        }
        if (what.startsWith("GET ") || what.startsWith("HEAD ")) {
            return "";
        }
        String plain = PREFIX.matcher(what).replaceAll("");
        return IMAGE.matcher(NAME.matcher(plain).replaceAll("/$1/{}")).replaceAll("/images/{}");
    }

    /// What is stored with a log counts for whoever waits for it.
    private static String committer(Stream<StackWalker.StackFrame> stack) {
        List<StackWalker.StackFrame> frames =
                stack.filter(f -> f.getClassName().startsWith("io.slipway."))
                        .filter(f -> !f.getClassName().startsWith("io.slipway.db."))
                        .filter(f -> !f.getClassName().startsWith("io.slipway.e2e."))
                        .filter(f -> !f.getMethodName().equals("untilDone"))
                        .toList();
        StackWalker.StackFrame of =
                frames.stream()
                        .filter(f -> !f.getClassName().startsWith("io.slipway.engine.log."))
                        .findFirst()
                        .orElse(frames.getFirst());
        String type = of.getClassName().replaceFirst(".*\\.", "");
        String method = of.getMethodName().replaceFirst("^lambda\\$([^$]+)\\$.*", "$1");
        return type + "." + method;
    }

    @Override
    public void close() {
        try {
            desk.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
