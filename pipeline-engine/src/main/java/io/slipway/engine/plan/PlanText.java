package io.slipway.engine.plan;

import io.slipway.engine.definition.Problem;
import io.slipway.engine.gate.Subject;
import io.slipway.engine.source.CommitId;

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
        if (job.spec() instanceof CheckSpec check && check.generate() != null) {
            wrap(pad, "its jobs are in " + check.generate(), lines);
        }
        if (!job.needs().isEmpty()) {
            wrap(pad, "after " + String.join(", ", job.needs()), lines);
        }
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
