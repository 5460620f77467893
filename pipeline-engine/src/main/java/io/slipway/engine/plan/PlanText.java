package io.slipway.engine.plan;

import io.slipway.engine.definition.App;
import io.slipway.engine.definition.Environment;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.gate.Place;
import io.slipway.engine.gate.Subject;
import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.graph.Checkout;
import io.slipway.engine.graph.Concurrency;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.workspace.Artifact;
import io.slipway.engine.workspace.Cache;
import io.slipway.engine.workspace.Service;
import io.slipway.engine.workspace.Surroundings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A plan as people read it in a terminal: at most 72 columns, no control characters.
public final class PlanText {
    /// The room that git leaves beside `remote: ` in a terminal of 80 columns.
    private static final int WIDTH = 72;

    private static final int SECOND_COLUMN = 26;
    private static final String NARROW = "    ";

    private PlanText() {}

    /// The lines: which jobs, what is built, where it is rolled out, the gate, what is skipped.
    public static List<String> lines(Plan plan, PlanRequest request) {
        List<String> lines = new ArrayList<>();
        boolean committed = !request.commit().equals(CommitId.ZERO);
        String where = committed ? " at " + request.commit().brief() : ", the files as they are";
        wrap("", "plan for " + Subject.shown(request.ref()) + where, lines);
        if (!plan.problems().isEmpty()) {
            lines.addAll(problems(plan.problems()));
            return lines;
        }
        if (plan.notStarted() != null) {
            wrap("", "no run: " + plan.notStarted(), lines);
            return lines;
        }
        for (PlannedJob job : plan.jobs()) {
            job(job, lines);
        }
        plan.notes().forEach(note -> wrap("", note, lines));
        if (plan.concurrency() != null) {
            wrap("", queue(plan.concurrency()), lines);
        }
        plan.gates().forEach(gate -> wrap("", "gate: " + gate, lines));
        if (plan.notRolledOut() != null) {
            wrap("", plan.notRolledOut(), lines);
        }
        return lines;
    }

    /// Problems, one below the other, each with its place.
    public static List<String> problems(List<Problem> problems) {
        List<String> lines = new ArrayList<>();
        problems.forEach(problem -> wrap("", problem.text(), lines));
        return lines;
    }

    private static void job(PlannedJob job, List<String> lines) {
        String name = "  " + job.name();
        String pad = " ".repeat(SECOND_COLUMN);
        boolean fits = name.length() < SECOND_COLUMN - 1;
        if (!fits) {
            wrap("", name, lines);
        }
        String first = fits ? name + pad.substring(name.length()) : pad;
        String skipped = job.when().skipped();
        if (skipped != null) {
            wrap(first, "skipped: " + skipped, lines);
            return;
        }
        wrap(first, what(job.spec()), lines);
        switch (job.when().outcome()) {
            case SUCCESS -> {}
            case FAILURE -> wrap(pad, "only if something before it has failed", lines);
            case ALWAYS -> wrap(pad, "also if something before it has failed", lines);
        }
        details(job.spec()).forEach(detail -> wrap(pad, detail, lines));
        if (!job.needs().isEmpty()) {
            wrap(pad, "after " + String.join(", ", job.needs()), lines);
        }
    }

    private static String queue(Concurrency queue) {
        String group =
                queue.group().equals(Concurrency.PER_PROJECT) ? "the project" : queue.group();
        String others =
                switch (queue.policy()) {
                    case CANCEL_RUNNING -> "a newer one cancels it";
                    case LATEST -> "of those that wait the newest stays";
                    case QUEUE -> "the others wait";
                    case null -> "";
                };
        return "one run at a time for " + group + ": " + others;
    }

    private static String what(JobSpec spec) {
        return switch (spec) {
            case CheckSpec check -> "checks in " + check.image() + ", " + steps(check.steps());
            case ImageSpec image ->
                    "builds "
                            + (image.dockerfile() == null
                                    ? "by a generated Dockerfile"
                                    : image.dockerfile())
                            + (image.context().isEmpty() ? "" : " in " + image.context());
            case RolloutSpec rollout -> {
                String host = rollout.app().host();
                String image = rollout.app().image();
                yield "rolls out"
                        + (image == null ? "" : " " + image)
                        + (host == null ? ", not public" : " at " + host);
            }
        };
    }

    private static List<String> details(JobSpec spec) {
        return switch (spec) {
            case CheckSpec check -> details(check);
            case ImageSpec image -> details(image.build());
            case RolloutSpec rollout -> details(rollout.app());
        };
    }

    private static List<String> details(CheckSpec check) {
        List<String> details = new ArrayList<>();
        Place place = check.place();
        if (place != null) {
            details.add(details(place));
        }
        if (!check.checkout().equals(Checkout.DEFAULT)) {
            details.add(details(check.checkout()));
        }
        for (StepSpec step : check.steps()) {
            if (step.image() != null) {
                details.add("'" + step.name() + "' in " + step.image());
            }
        }
        Surroundings around = check.around();
        for (Service service : around.services()) {
            details.add("beside " + service.name() + ", " + service.image());
        }
        if (!around.caches().isEmpty()) {
            List<String> names = around.caches().stream().map(Cache::name).toList();
            details.add("caches " + String.join(", ", names));
        }
        for (Artifact artifact : around.artifacts()) {
            Duration keep = artifact.keep() == null ? Artifact.KEEP : artifact.keep();
            details.add("leaves " + artifact.path() + " for " + Amounts.shown(keep));
        }
        if (around.junit() != null) {
            details.add("reports " + around.junit());
        }
        if (check.generate() != null) {
            details.add("its jobs are in " + check.generate());
        }
        return details;
    }

    private static String details(Place place) {
        if (place.app() != null) {
            return "asks " + place.app() + " at " + place.host();
        }
        Environment.Approval approval = place.approval();
        return "for "
                + place.environment()
                + (approval == null ? "" : ", approved by " + String.join(" or ", approval.by()));
    }

    private static String details(Checkout checkout) {
        if (!checkout.sources()) {
            return "without the sources";
        }
        List<String> with = new ArrayList<>();
        with.add(
                switch (checkout.depth()) {
                    case 0 -> "the whole history";
                    case 1 -> "the latest commit";
                    default -> checkout.depth() + " commits";
                });
        if (checkout.submodules()) {
            with.add("submodules");
        }
        if (checkout.lfs()) {
            with.add("large files");
        }
        return "with " + String.join(", ", with);
    }

    private static List<String> details(App.Build build) {
        List<String> details = new ArrayList<>();
        if (build.target() != null) {
            details.add("its stage " + build.target());
        }
        if (!build.args().isEmpty()) {
            details.add("arguments " + String.join(", ", build.args().keySet()));
        }
        if (!build.platforms().isEmpty()) {
            details.add("for " + String.join(", ", build.platforms()));
        }
        if (!build.needs().isEmpty()) {
            details.add("with what " + String.join(", ", build.needs()) + " left");
        }
        if (build.push() != null) {
            details.add("pushes to " + build.push());
        }
        if (!build.tags().isEmpty()) {
            details.add("tagged " + String.join(", ", build.tags()));
        }
        return details;
    }

    private static List<String> details(AppSpec app) {
        List<String> details = new ArrayList<>();
        Environment.Scale scale = app.scale();
        if (scale != null) {
            String most = scale.max() == scale.min() ? "" : " to " + scale.max();
            String load =
                    scale.cpu() == null ? "" : ", by " + scale.cpu() + " percent of their cpu";
            boolean one = scale.max() == 1 && scale.min() == 1;
            details.add(scale.min() + most + (one ? " container" : " containers") + load);
        }
        if (app.cron() != null) {
            details.add("runs at " + app.cron());
        }
        app.before().forEach(script -> details.add("runs first: " + script));
        return details;
    }

    private static String steps(List<StepSpec> steps) {
        return steps.size() == 1 ? "1 step" : steps.size() + " steps";
    }

    /// Breaks between words. A word with too little room in its column gets a line of its own; one
    /// that is longer than a line is broken where the line ends.
    private static void wrap(String first, String text, List<String> lines) {
        String indent = " ".repeat(first.isEmpty() ? leading(text) + 2 : first.length());
        StringBuilder line = new StringBuilder(first);
        boolean fresh = true;
        for (String word : plain(text).split(" ", -1)) {
            boolean fits = line.length() + (fresh ? 0 : 1) + word.length() <= WIDTH;
            if (!fits) {
                lines.add(line.toString().stripTrailing());
                boolean narrow = indent.length() + word.length() > WIDTH;
                line = new StringBuilder(narrow ? NARROW : indent);
                fresh = true;
            }
            line.append(fresh ? "" : " ").append(word);
            fresh = false;
            while (line.length() > WIDTH) {
                lines.add(line.substring(0, WIDTH));
                line = new StringBuilder(NARROW).append(line.substring(WIDTH));
            }
        }
        lines.add(line.toString().stripTrailing());
        lines.removeIf(String::isEmpty);
    }

    private static int leading(String text) {
        int spaces = 0;
        while (spaces < text.length() && text.charAt(spaces) == ' ') {
            spaces++;
        }
        return Math.min(spaces, SECOND_COLUMN);
    }

    private static String plain(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "?");
    }
}
