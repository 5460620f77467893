package io.slipway.web.cli;

import io.slipway.fault.Fault;
import io.slipway.web.traffic.Addresses;
import io.slipway.web.traffic.FaultLine;
import io.slipway.web.traffic.SwitchSettings;
import io.slipway.web.traffic.TrafficSwitch;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import sun.misc.Signal;
import sun.misc.SignalHandler;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/// `slipway switch`: the process that owns the public port. `slipway up` starts it; nobody else
/// needs to.
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
        Signal.handle(new Signal("INT"), SignalHandler.SIG_IGN);
        Signal.handle(new Signal("HUP"), SignalHandler.SIG_IGN);
        try {
            SwitchSettings settings =
                    SwitchSettings.of(
                            data, listen.stream().map(Addresses::parse).toList(), trusted);
            TrafficSwitch traffic = new TrafficSwitch(settings);
            Signal.handle(new Signal("TERM"), signal -> traffic.close());
            traffic.start();
            traffic.awaitEnd();
            return 0;
        } catch (Fault e) {
            System.err.println(FaultLine.of(e));
            return 1;
        }
    }
}
