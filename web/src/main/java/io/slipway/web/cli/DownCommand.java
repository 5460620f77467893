package io.slipway.web.cli;

import io.slipway.web.server.Shutdown;
import io.slipway.web.settings.Setting;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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

    @Option(
            names = "--remove",
            description =
                    "Removes what was made on the engine too: containers, networks, images. Named"
                            + " volumes and the data folder stay, and up makes the rest again.")
    private boolean remove;

    @Option(
            names = "--volumes",
            description =
                    "With --remove: removes the named volumes of apps too. Their data is lost.")
    private boolean volumes;

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
        if (volumes && !remove) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--volumes goes with --remove: ./slipway down --remove --volumes");
        }
        PrintWriter out = spec.commandLine().getOut();
        boolean[] any = {false};
        Shutdown shutdown =
                new Shutdown(
                        SettingFlags.read(spec),
                        line -> {
                            any[0] = true;
                            out.println(line);
                            out.flush();
                        });
        if (remove) {
            shutdown.remove(volumes);
        } else {
            shutdown.run();
        }
        if (!any[0]) {
            out.println("nothing of Slipway runs here");
        }
        return 0;
    }
}
