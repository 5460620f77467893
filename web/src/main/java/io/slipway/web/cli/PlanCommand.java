package io.slipway.web.cli;

import io.slipway.engine.definition.Definition;
import io.slipway.engine.detection.Detection;
import io.slipway.engine.detection.Found;
import io.slipway.engine.detection.FromImages;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.gate.LiveApps;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlanRequest;
import io.slipway.engine.plan.PlanText;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.source.FolderTree;
import io.slipway.engine.translation.FoundPipeline;
import io.slipway.engine.translation.Translation;
import io.slipway.engine.yaml.YamlReader;
import io.slipway.fault.Fault;
import io.slipway.web.client.IncludedOverApi;
import io.slipway.web.settings.Settings;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.Callable;

/// `slipway plan [FOLDER]`: what a push of the files as they are would do. Asks a server for
/// nothing but files that are included from other projects, so it does not know which hosts those
/// have.
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = "Prints what a push of this folder would do.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:a plan", "1:problems, one line each", "2:the command is wrong"})
public final class PlanCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "FOLDER",
            defaultValue = "",
            description = "the repository's root; default: this folder")
    private Path folder = Path.of("");

    @Option(
            names = "--branch",
            paramLabel = "BRANCH",
            description = "plan for this branch; default: the one that is checked out")
    private @Nullable String branch;

    @Option(
            names = "--domain",
            paramLabel = "DOMAIN",
            defaultValue = "localhost",
            description = "below which apps get their hosts; default: localhost")
    private String domain = "localhost";

    @Option(names = "--json", description = "print the plan as one JSON object")
    private boolean json;

    @Option(
            names = "--write",
            description = "write what was found as .slipway.yml; never over one without --force")
    private boolean write;

    @Option(names = "--force", description = "with --write: replace the .slipway.yml that is there")
    private boolean force;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description =
                    "with --write: translate this file of GitHub Actions, GitLab CI or Woodpecker;"
                            + " a path below the folder")
    private @Nullable String from;

    @Override
    public Integer call() {
        if (from != null && !write) {
            throw new ParameterException(spec.commandLine(), "--from needs --write");
        }
        if (write) {
            return from == null ? write() : translate(from);
        }
        FolderTree tree = new FolderTree(folder);
        Checkout found = Checkout.at(folder);
        Checkout checkout = branch == null ? found : found.on(branch);
        PlanRequest request = checkout.request(domain);
        Plan plan;
        try (IncludedOverApi included = IncludedOverApi.asked(checkout.project())) {
            Definition definition = Definition.in(tree, included.in(tree));
            plan =
                    new Planner(HostOwners.NOBODY, LiveApps.NONE, images())
                            .plan(definition, request, tree);
            included.leftOut().forEach(spec.commandLine().getErr()::println);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonMapper.builder().build().writeValueAsString(plan));
        } else {
            PlanText.lines(plan, request).forEach(out::println);
        }
        out.flush();
        return plan.problems().isEmpty() ? 0 : 1;
    }

    private static FromImages images() {
        return Settings.read(Map.of(), System.getenv()).engine().baseImages();
    }

    /// A file that is there is replaced only when that is asked for, and then as a whole.
    private int write() {
        String name = ProjectName.parse(Checkout.at(folder).project()).name();
        Found found = new Detection(images()).repository(new FolderTree(folder), name);
        PrintWriter out = spec.commandLine().getOut();
        if (found.apps().isEmpty()) {
            found.notes().forEach(out::println);
            out.println("nothing is written");
            out.flush();
            return 1;
        }
        put(FoundPipeline.text(found));
        found.notes().forEach(out::println);
        out.println("written: " + folder.resolve(Definition.FILE));
        out.flush();
        return 0;
    }

    /// From the pipeline file of another service.
    ///
    /// @param path its path below the folder
    /// @return the exit code
    private int translate(String path) {
        String text =
                new FolderTree(folder)
                        .file(path, YamlReader.LARGEST)
                        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                        .orElseThrow(
                                () ->
                                        new ParameterException(
                                                spec.commandLine(),
                                                "cannot read "
                                                        + folder.resolve(path)
                                                        + ": there is no such file"));
        put(Translation.text(path, text));
        PrintWriter out = spec.commandLine().getOut();
        out.println("written: " + folder.resolve(Definition.FILE));
        out.println("what is not translated stands in it as comments, with the reasons");
        out.flush();
        return 0;
    }

    private void put(String text) {
        Path file = folder.resolve(Definition.FILE);
        if (Files.isSymbolicLink(file)) {
            throw new ParameterException(
                    spec.commandLine(),
                    file + " is a symbolic link, and what it points to is not touched: remove it");
        }
        try {
            if (force) {
                Files.writeString(file, text);
            } else {
                Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
            }
        } catch (FileAlreadyExistsException e) {
            throw new ParameterException(
                    spec.commandLine(), file + " is there: --force replaces it");
        } catch (IOException e) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot write " + file + ": " + e.getMessage(),
                    "check the folder and its rights",
                    e);
        }
    }
}
