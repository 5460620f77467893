package io.slipway.web.cli.run;

import io.slipway.engine.definition.Definition;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.detection.FromImages;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.gate.LiveApps;
import io.slipway.engine.grammar.Mistake;
import io.slipway.engine.grammar.Words;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.FolderTree;
import io.slipway.engine.source.SourceTree;
import io.slipway.engine.step.GivenSecrets;
import io.slipway.engine.working.WorkingTree;
import io.slipway.fault.Fault;
import io.slipway.web.cli.Colouring;
import io.slipway.web.client.IncludedOverApi;
import io.slipway.web.settings.Settings;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/// `slipway run [JOB...]`: the pipeline of a working tree, on this machine and without a server.
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description =
                "Runs the checks and image builds of this folder as a push would, without a"
                        + " server.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:everything passed",
            "1:something failed",
            "2:the command or the pipeline file is wrong",
            "3:what is needed for it does not answer",
            "130:ended by Ctrl-C"
        })
public final class RunCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..*",
            paramLabel = "JOB",
            description = "jobs, or apps whose images are built; default: all")
    private List<String> jobs = List.of();

    @Option(
            names = {"-C", "--folder"},
            paramLabel = "FOLDER",
            defaultValue = "",
            description = "a folder of the working tree; default: this one")
    private Path folder = Path.of("");

    @Option(
            names = "--branch",
            paramLabel = "BRANCH",
            description = "run as for this branch; default: the one that is checked out")
    private @Nullable String branch;

    @Option(
            names = "--env",
            paramLabel = "KEY=VALUE",
            description = "a variable for every step; wins over the file's. Repeatable")
    private List<String> env = List.of();

    @Option(
            names = "--secret",
            paramLabel = "NAME",
            description =
                    "a secret of the jobs, from a prompt or standard input; NAME=@env: from the"
                            + " environment. Repeatable")
    private List<String> secrets = List.of();

    @Option(names = "--json", description = "print one JSON object for each thing that happens")
    private boolean json;

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            description =
                    "always, auto or never; default: auto, in a terminal unless NO_COLOR is set")
    private Colouring.When color = Colouring.When.auto;

    @Override
    public Integer call() throws Exception {
        // What a server would log is no part of a run's output; its job says what went wrong.
        System.setProperty("slipway.log", "ERROR");
        Map<String, String> variables = variables();
        SecretWords words = words();
        Settings settings = Settings.read(Map.of(), System.getenv());
        WorkingTree tree = WorkingTree.at(folder, System.getenv());
        Origin origin = Origin.of(tree, branch);
        FromImages images = settings.engine().baseImages();
        Planner planner = new Planner(HostOwners.NOBODY, LiveApps.NONE, images);
        try (IncludedOverApi included = IncludedOverApi.asked(origin.project().toString())) {
            return run(tree, origin, new Planned(planner, included), words, variables, settings);
        }
    }

    /// @return the exit code
    private int run(
            WorkingTree tree,
            Origin origin,
            Planned planned,
            SecretWords words,
            Map<String, String> variables,
            Settings settings)
            throws Exception {
        // Before anything is started: most mistakes show in the files as they lie there.
        Optional<Selection> early =
                selected(planned, origin, CommitId.ZERO, new FolderTree(tree.root()));
        planned.included().leftOut().forEach(spec.commandLine().getErr()::println);
        if (early.isEmpty()) {
            return 2;
        }
        String why = early.get().plan().notStarted();
        if (why != null) {
            spec.commandLine().getOut().println(origin.branch() + ": no run: " + why);
            spec.commandLine().getOut().flush();
            return 0;
        }
        GivenSecrets given = given(words, early.get().with(variables));
        return new LocalRun(settings, origin, given, output())
                .run(tree, (commit, files) -> selected(planned, origin, commit, files), variables);
    }

    /// What makes a plan.
    private record Planned(Planner by, IncludedOverApi included) {}

    private Output output() {
        return Output.of(spec.commandLine().getOut(), spec.commandLine().getErr(), json, color);
    }

    private Map<String, String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String one : env) {
            int equals = one.indexOf('=');
            String name = equals < 0 ? one : one.substring(0, equals);
            Optional<Mistake> mistake = Words.variable().check().apply(name);
            if (equals < 0 || mistake.isPresent()) {
                String why =
                        mistake.map(m -> m.message() + ": " + m.remedy()).orElse("write KEY=VALUE");
                throw wrong("cannot take --env " + name + ": " + why);
            }
            variables.put(name, one.substring(equals + 1));
        }
        return variables;
    }

    private SecretWords words() {
        try {
            return SecretWords.of(secrets);
        } catch (Fault e) {
            throw wrong(e.message() + "\n  " + e.remedy());
        }
    }

    private GivenSecrets given(SecretWords words, Selection selection) throws IOException {
        try {
            return words.read(selection.plan().jobs(), System.getenv());
        } catch (Fault e) {
            throw wrong(e.message() + "\n  " + e.remedy());
        }
    }

    /// @return nothing when the definition has problems, which are told
    private Optional<Selection> selected(
            Planned planned, Origin origin, CommitId commit, SourceTree files) {
        Definition definition = Definition.in(files, planned.included().in(files));
        Plan plan = planned.by().plan(definition, origin.request(commit), files);
        if (!plan.problems().isEmpty()) {
            PrintWriter out = spec.commandLine().getOut();
            plan.problems().stream().map(Problem::text).forEach(out::println);
            out.flush();
            return Optional.empty();
        }
        try {
            return Optional.of(Selection.of(plan, jobs));
        } catch (Selection.Unknown e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
