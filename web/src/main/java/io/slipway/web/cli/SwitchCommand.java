package io.slipway.web.cli;

import io.slipway.web.traffic.SwitchMain;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/// `slipway switch`: the process that owns the public port. `slipway up` starts one by itself; this
/// is for whoever wants to run it under a supervisor.
@Command(name = "switch", hidden = true, description = "Serves apps from the last routes.")
public final class SwitchCommand implements Callable<Integer> {
    @Option(names = "--data", required = true, description = "The data folder.")
    private Path data = Path.of("");

    @Option(names = "--listen", description = "A public address with port; may be repeated.")
    private List<String> listen = List.of("127.0.0.1:8080", "[::1]:8080");

    @Option(names = "--trusted-proxy", description = "A network whose proxies are believed.")
    private List<String> trusted = List.of();

    @Override
    public Integer call() throws InterruptedException {
        List<String> args = new ArrayList<>(List.of("--data", data.toString()));
        listen.forEach(address -> args.addAll(List.of("--listen", address)));
        trusted.forEach(cidr -> args.addAll(List.of("--trusted-proxy", cidr)));
        return SwitchMain.run(args.toArray(String[]::new));
    }
}
