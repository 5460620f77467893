package io.slipway.engine.image;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Subject;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.image.ImageBuilder.BuildOrder;
import io.slipway.engine.image.ImageBuilder.Built;
import io.slipway.engine.image.ImageBuilder.Destination;
import io.slipway.engine.image.ImageBuilder.Owner;
import io.slipway.engine.image.ImageBuilder.Pushed;
import io.slipway.engine.plan.ImageSpec;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.JobWork;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Fault;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Builds an app's image and brings it into the registry. Repeatable at any point: the builder's
/// cache makes a second build cheap, the registry takes no byte twice, and the row is written last.
public final class ImageWork implements JobWork {
    private static final Duration CREDENTIAL = Duration.ofHours(2);
    private static final double MB = 1_000_000;

    /// The image of the job has no row, and nobody works at one of its name.
    private static final String NOBODYS =
            """
            select p.name || '/' || j.app as repository, r.commit
            from jobs j
            join runs r on r.id = j.run_id
            join projects p on p.id = j.project_id
            where j.id = ? and j.outcome is distinct from 'succeeded'
                and not exists (
                    select 1 from images i
                    where i.project_id = j.project_id and i.app = j.app and i.commit = r.commit
                        and i.dropped_at is null)
                and not exists (
                    select 1 from runs u
                    join jobs o on o.run_id = u.id
                    where u.project_id = j.project_id and u.commit = r.commit
                        and o.app = j.app and o.kind = 'image' and o.state <> 'ended')
            """;

    private final Database database;
    private final Repositories repositories;
    private final ImageBuilder builder;
    private final OldImages.Copies copies;

    /// @param builder what builds
    /// @param copies where what was built has names
    public ImageWork(
            Database database,
            Repositories repositories,
            ImageBuilder builder,
            OldImages.Copies copies) {
        this.database = database;
        this.repositories = repositories;
        this.builder = builder;
        this.copies = copies;
    }

    @Override
    public Verdict perform(Claim claim) throws InterruptedException {
        ImageSpec spec = (ImageSpec) claim.job().spec();
        Optional<Image> there =
                database.read(tx -> Images.ofRun(tx, claim.job().runId(), spec.app()));
        if (there.isPresent()) {
            return Verdict.succeeded(megabytes(there.get().size()));
        }
        BuildSources sources;
        try {
            sources = BuildSources.of(repositories, claim.job(), spec);
        } catch (Fault e) {
            if (e.kind() != Fault.Kind.CONFIGURATION) {
                throw e;
            }
            return Verdict.failed(Reason.DEFINITION, e.message(), Map.of("remedy", e.remedy()));
        }
        return build(claim, spec, sources);
    }

    private Verdict build(Claim claim, ImageSpec spec, BuildSources sources)
            throws InterruptedException {
        LayerRecord layers = new LayerRecord(claim);
        try {
            Built built = builder.build(order(claim, sources), layers);
            push(claim, spec, built, layers);
            return Verdict.succeeded(summary(built, layers));
        } catch (BuildFailed e) {
            return failed(e, sources, layers);
        }
    }

    @Override
    public void remove(AttemptName attempt) {
        builder.remove(attempt);
        database.read(tx -> tx.first(NOBODYS, Named::of, attempt.job())).ifPresent(this::drop);
    }

    private record Named(String repository, String commit) {
        static Named of(Row row) {
            return new Named(row.text("repository"), row.text("commit"));
        }
    }

    /// An image that was named and not noted: its attempt was ended in between.
    private void drop(Named image) {
        if (!copies.drop(image.repository(), image.commit(), "")) {
            throw new Fault(
                    Fault.Kind.UNAVAILABLE,
                    "cannot remove the image of " + image.repository() + " that no run has",
                    "");
        }
    }

    private static BuildOrder order(Claim claim, BuildSources sources) {
        Claim.Job job = claim.job();
        ImageSpec spec = (ImageSpec) job.spec();
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("io.slipway.project", job.project());
        labels.put("org.opencontainers.image.revision", job.commit().hex());
        return new BuildOrder(
                claim.name(),
                new Owner(job.projectId(), repository(job, spec)),
                sources.context(),
                sources.dockerfile(),
                labels,
                job.foreign());
    }

    private void push(Claim claim, ImageSpec spec, Built built, LayerRecord layers)
            throws InterruptedException {
        Claim.Job job = claim.job();
        String repository = repository(job, spec);
        Destination to =
                new Destination(repository, job.commit().hex(), credential(claim, repository));
        int step = layers.step(builder.goal(to));
        claim.steps().own(step);
        Pushed pushed = pushed(built, to, layers);
        claim.log().line("digest " + pushed.digest());
        database.change(
                tx -> {
                    claim.guard(tx);
                    Images.add(tx, job, spec.app(), to, new Images.Stored(built, pushed));
                });
        claim.steps().end(step, Outcome.SUCCEEDED, null, null, Instant.now());
    }

    /// A registry that goes away while the engine greets it may leave the engine without the
    /// challenge that it answers with the credential: it is refused then, and the credential is
    /// good.
    private Pushed pushed(Built built, Destination to, LayerRecord layers)
            throws InterruptedException {
        try {
            return builder.push(built, to, layers);
        } catch (Fault e) {
            if (e.kind() != Fault.Kind.PERMISSION) {
                throw e;
            }
            throw new Fault(
                    Fault.Kind.UNAVAILABLE,
                    e.message(),
                    "retry the run; Slipway gives a credential for each push by itself",
                    e);
        }
    }

    private static String repository(Claim.Job job, ImageSpec spec) {
        return job.project() + "/" + spec.app();
    }

    private TokenText credential(Claim claim, String repository) {
        Claim.Job job = claim.job();
        Subject.Repository subject = new Subject.Repository(job.projectId(), repository);
        return database.transaction(
                tx -> {
                    claim.guard(tx);
                    return Tokens.forAttempt(
                            tx,
                            job.attemptId(),
                            Set.of(Right.READ, Right.PUSH),
                            subject,
                            CREDENTIAL);
                });
    }

    private static String summary(Built built, LayerRecord layers) {
        String cached = layers.cachedOfAll();
        return megabytes(built.size()) + (cached.isEmpty() ? "" : ", " + cached);
    }

    private static Verdict failed(BuildFailed failure, BuildSources sources, LayerRecord layers) {
        Map<String, Object> evidence = new LinkedHashMap<>();
        evidence.put("file", sources.shownPath());
        evidence.put("message", failure.getMessage());
        if (failure.line() > 0) {
            evidence.put("line", failure.line());
            evidence.put("instruction", sources.lineAt(failure.line()));
        }
        Integer exitCode = failure.exitCode();
        if (exitCode != null) {
            evidence.put("exitCode", exitCode);
        }
        evidence.put("output", layers.tail());
        String place = sources.shownPath() + (failure.line() > 0 ? ":" + failure.line() : "");
        String what =
                exitCode == null ? String.valueOf(failure.getMessage()) : "exit code " + exitCode;
        if (failure.limit() != null) {
            evidence.put("limit", failure.limit());
            what += ": " + failure.limit();
        }
        return Verdict.failed(Reason.IMAGE_BUILD, place + ": " + what, evidence);
    }

    private static String megabytes(long bytes) {
        return bytes < 10 * MB
                ? String.format(Locale.ROOT, "%.1f MB", bytes / MB)
                : Math.round(bytes / MB) + " MB";
    }
}
