package io.slipway.web.cli;

import io.slipway.engine.definition.Definition;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlanRequest;
import io.slipway.engine.plan.PlanText;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.source.FolderTree;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import tools.jackson.databind.json.JsonMapper;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/// `slipway plan [FOLDER]`: what a push of the files as they are would do. Asks no server, so it
/// does not know which hosts other projects have.
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

    @Override
    public Integer call() {
        FolderTree tree = new FolderTree(folder);
        Checkout found = Checkout.at(folder);
        Checkout checkout = branch == null ? found : found.on(branch);
        PlanRequest request = checkout.request(domain);
        Plan plan = new Planner(HostOwners.NOBODY).plan(Definition.in(tree), request, tree);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonMapper.builder().build().writeValueAsString(plan));
        } else {
            PlanText.lines(plan, request).forEach(out::println);
        }
        out.flush();
        return plan.problems().isEmpty() ? 0 : 1;
    }
}
