package io.slipway.web.cli;

import io.slipway.web.server.Shutdown;
import io.slipway.web.settings.Setting;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.concurrent.Callable;

/// `slipway down`: stops everything, apps too. Nothing is lost: `slipway up` serves them again.
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description =
                "Stops server, switch, apps and database. Data stays; up serves the apps again.")
public final class DownCommand implements Callable<Integer> {
    private CommandSpec spec = CommandSpec.create();

    @Spec
    void spec(CommandSpec spec) {
        this.spec = spec;
        SettingFlags.add(
                spec,
                EnumSet.of(
                        Setting.DATA,
                        Setting.PORT,
                        Setting.LISTEN,
                        Setting.DOCKER,
                        Setting.CONFIG));
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        boolean[] any = {false};
        new Shutdown(
                        SettingFlags.read(spec),
                        line -> {
                            any[0] = true;
                            out.println(line);
                            out.flush();
                        })
                .run();
        if (!any[0]) {
            out.println("nothing of Slipway runs here");
        }
        return 0;
    }
}
