package io.slipway.web.cli;

import io.slipway.engine.definition.Definition;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.source.FolderTree;
import io.slipway.engine.yaml.YamlReader;
import io.slipway.web.client.IncludedOverApi;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/// `slipway lint [FILE]`: checks a pipeline file on this machine; a server is asked only for files
/// that are included from other projects. Each problem is one line `file:line:column: message` on
/// standard output, which editors and CI read.
@Command(
        name = "lint",
        mixinStandardHelpOptions = true,
        description = "Checks the pipeline file of this folder, or FILE.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:no problem", "1:problems, one line each", "2:the command is wrong"})
public final class LintCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "the file; default: .slipway.yml of this folder")
    private @Nullable Path file;

    @Option(names = "--json", description = "print the problems as a JSON array")
    private boolean json;

    @Override
    public Integer call() {
        List<Problem> problems = problems();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonMapper.builder().build().writeValueAsString(problems));
        } else {
            problems.forEach(problem -> out.println(problem.text()));
        }
        out.flush();
        return problems.isEmpty() ? 0 : 1;
    }

    private List<Problem> problems() {
        Path given = file;
        if (given != null && !given.endsWith(Definition.FILE)) {
            String text = read(given);
            try (IncludedOverApi included =
                    IncludedOverApi.asked(Checkout.at(Path.of("")).project())) {
                return told(Definition.parse(given.toString(), text, included.in(null)), included);
            }
        }
        Path parent = given == null ? null : given.getParent();
        Path folder = parent == null ? Path.of("") : parent;
        if (given != null && !Files.isRegularFile(given)) {
            throw missing(given);
        }
        List<Problem> problems = inFolder(folder);
        return parent == null
                ? problems
                : problems.stream().map(problem -> below(parent, problem)).toList();
    }

    /// With the sources beside it, what the file says of folders and Dockerfiles is checked too.
    private List<Problem> inFolder(Path folder) {
        FolderTree tree = new FolderTree(folder);
        Checkout checkout = Checkout.at(folder);
        Definition definition;
        try (IncludedOverApi included = IncludedOverApi.asked(checkout.project())) {
            definition = Definition.in(tree, included.in(tree));
            told(definition, included);
        }
        return new Planner(HostOwners.NOBODY)
                .plan(definition, checkout.request("localhost"), tree)
                .problems();
    }

    /// What was not looked at is no problem of the file, and not for editors.
    private List<Problem> told(Definition definition, IncludedOverApi included) {
        included.leftOut().forEach(spec.commandLine().getErr()::println);
        return definition.problems();
    }

    private static Problem below(Path parent, Problem problem) {
        return new Problem(
                parent.resolve(problem.file()).toString(),
                problem.line(),
                problem.column(),
                problem.path(),
                problem.message(),
                problem.remedy());
    }

    private String read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(YamlReader.LARGEST + 1), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw missing(file);
        }
    }

    private ParameterException missing(Path file) {
        String message = "cannot read " + file + ": there is no such file";
        return new ParameterException(spec.commandLine(), message);
    }
}
