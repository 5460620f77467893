package io.slipway.web.cli;

import io.slipway.web.server.Server;
import io.slipway.web.settings.Setting;
import io.slipway.web.settings.Settings;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import sun.misc.Signal;

import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/// `slipway up`: starts everything, says where it is, and stays until Ctrl-C.
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = "Starts Slipway on this machine and stays in the foreground.")
public final class UpCommand implements Callable<Integer> {
    private CommandSpec spec = CommandSpec.create();

    @Spec
    void spec(CommandSpec spec) {
        this.spec = spec;
        SettingFlags.add(spec, EnumSet.complementOf(EnumSet.of(Setting.SERVER, Setting.TOKEN)));
    }

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = SettingFlags.read(spec);
        CountDownLatch end = new CountDownLatch(1);
        Signal.handle(new Signal("INT"), signal -> end.countDown());
        Signal.handle(new Signal("TERM"), signal -> end.countDown());
        long begin = System.nanoTime();
        PrintWriter out = spec.commandLine().getOut();
        out.println("Slipway starts; everything of it is in " + settings.data());
        out.flush();
        try (Server server =
                new Server(
                        settings,
                        Version.text(),
                        part -> {
                            out.println("  " + part);
                            out.flush();
                        })) {
            print(out, settings, server.newToken(), (System.nanoTime() - begin) / 1_000_000);
            end.await();
            out.println("Slipway stops; apps go on. ./slipway down stops them too.");
            out.flush();
        }
        return 0;
    }

    /// Where it is, what to paste, what Ctrl-C does.
    private static void print(
            PrintWriter out, Settings settings, @Nullable String token, long millis) {
        String url = settings.serving().url().toString();
        out.println();
        out.printf("Slipway is ready at %s   (after %.1f s)%n", url, millis / 1000.0);
        out.println();
        out.println("  git remote add slipway " + url + "/hello.git");
        out.println("  git push slipway HEAD          # any user name; the token is the password");
        boolean terminal = System.console() != null && System.console().isTerminal();
        out.println(
                token != null && terminal
                        ? "  token: " + token
                        : "  token: in " + settings.data().resolve("token"));
        out.println("Ctrl-C stops Slipway; apps go on. ./slipway down stops everything.");
        warnOfExposure(out, settings);
        out.flush();
    }

    private static void warnOfExposure(PrintWriter out, Settings settings) {
        boolean open =
                settings.serving().listen().stream()
                        .map(InetSocketAddress::getAddress)
                        .anyMatch(address -> !address.isLoopbackAddress());
        if (open && "http".equals(settings.serving().url().getScheme())) {
            out.println("Others can reach it by plain HTTP: put a proxy with TLS in front.");
        }
    }
}
