package io.slipway.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.definition.Definition;
import io.slipway.engine.definition.Inclusions;
import io.slipway.engine.definition.WholeLanguage;
import io.slipway.engine.detection.FromImages;
import io.slipway.engine.event.Changes;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.gate.LiveApps;
import io.slipway.engine.gate.SetValues;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.FolderTree;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// `plans.txt` holds what is pushed and the plan that is made of it, as the pusher reads it. A case
/// begins with its name; then come lines `ref NAME`, `default BRANCH`, `project NAME`, `host HOST
/// PROJECT APP ENVIRONMENT`, `event KIND`, `target BRANCH` (of pull request 12), `fork`, `sample
/// NAME` (the files of a sample project), `lives APP ENVIRONMENT REF`, `whole-language` (nothing is
/// refused), `changed PATH...`, `input NAME VALUE`, `files PATH...`, `written PATH TEXT`, `unset
/// NAME...` and `later FILE` (its lines that begin with `#~`), and `copy FILE` (of the project, as
/// `.slipway.yml`), a blank line, and the text of `.slipway.yml`.
class PlannerTest {
    private static final String COMMIT = "4be0a17c2e9d5a6f0b1c3d4e5f60718293a4b5c6";

    private static final Instant THURSDAY = Instant.parse("2026-11-26T12:00:00Z");

    private record Case(String name, List<String> settings, String file, String expected) {}

    @TestFactory
    Stream<DynamicTest> planIsAsItIsWritten(@TempDir Path folder) {
        return cases().stream()
                .map(
                        one ->
                                DynamicTest.dynamicTest(
                                        one.name,
                                        () ->
                                                assertThat(plan(one, folder))
                                                        .isEqualTo(one.expected)));
    }

    static String plan(Case one, Path parent) throws IOException {
        Path folder = Files.createTempDirectory(parent, "case");
        String ref = "refs/heads/main";
        String branch = "main";
        String project = "shop";
        HostOwners owners = HostOwners.NOBODY;
        boolean whole = false;
        String file = one.file;
        Map<String, String> lives = new HashMap<>();
        Set<String> unset = new TreeSet<>();
        Trigger.Kind kind = null;
        Changes changes = Changes.all("a test");
        String target = null;
        String everywhere = "";
        Trigger.Trust trust = Trigger.Trust.OWN;
        Map<String, String> inputs = new LinkedHashMap<>();
        for (String setting : one.settings) {
            String[] words = setting.split(" ");
            switch (words[0]) {
                case "ref" -> ref = words[1];
                case "default" -> branch = words[1].equals("none") ? null : words[1];
                case "whole-language" -> whole = true;
                case "event" -> kind = Trigger.Kind.of(words[1]).orElseThrow();
                case "lives" -> lives.put(words[1] + " " + words[2], words[3]);
                case "unset" -> unset.addAll(List.of(words).subList(1, words.length));
                case "target" -> target = words[1];
                case "everywhere" -> everywhere = setting.substring("everywhere ".length());
                case "fork" -> trust = Trigger.Trust.FORK;
                case "input" -> inputs.put(words[1], words.length > 2 ? words[2] : "");
                case "changed" ->
                        changes = Changes.some(List.of(words).subList(1, words.length), "4be0a16");
                case "project" -> project = words[1];
                case "host" ->
                        owners =
                                host ->
                                        host.equals(words[1])
                                                ? Optional.of(
                                                        new HostOwners.Owner(
                                                                words[2], words[3], words[4]))
                                                : Optional.empty();
                case "files" -> {
                    for (String at : List.of(words).subList(1, words.length)) {
                        Path path = folder.resolve(at);
                        Files.createDirectories(path.getParent());
                        Files.createFile(path);
                    }
                }
                case "sample" -> copy(Path.of("src/test/samples", words[1]), folder);
                case "written" -> {
                    Path path = folder.resolve(words[1]);
                    Files.createDirectories(path.getParent());
                    Files.writeString(path, setting.split(" ", 3)[2]);
                }
                case "later" -> {
                    whole = true;
                    file = later(Path.of("..", words[1]));
                }
                case "copy" -> Files.copy(Path.of("..", words[1]), folder.resolve(".slipway.yml"));
                default -> throw new IllegalStateException(setting);
            }
        }
        if (!file.isBlank()) {
            Files.writeString(folder.resolve(".slipway.yml"), file);
        }
        FolderTree tree = new FolderTree(folder);
        if (kind == null) {
            kind = ref.startsWith("refs/tags/") ? Trigger.Kind.TAG : Trigger.Kind.PUSH;
        }
        Trigger.PullRequest pull = target == null ? null : new Trigger.PullRequest(12, target);
        Trigger trigger = new Trigger(kind, changes, pull, trust, inputs);
        PlanRequest request =
                new PlanRequest(project, ref, new CommitId(COMMIT), branch, "localhost", trigger);
        LiveApps live =
                (name, app, environment) -> Optional.ofNullable(lives.get(app + " " + environment));
        Definition definition =
                whole
                        ? WholeLanguage.parse(Definition.FILE, file)
                        : Definition.in(tree, including(everywhere, tree));
        SetValues values =
                (name, names) -> {
                    Set<String> missing = new TreeSet<>(names);
                    missing.retainAll(unset);
                    return missing;
                };
        Planner planner =
                new Planner(owners, live, values, FromImages.PUBLIC, InstantSource.fixed(THURSDAY));
        Plan plan = planner.plan(definition, request, tree);
        List<String> lines = PlanText.lines(plan, request);
        assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(72));
        return (plan.gated() ? "gated\n" : "") + String.join("\n", lines);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    /// @param everywhere text of a file that every project includes; empty: there is none
    private static Inclusions including(String everywhere, FolderTree tree) {
        Inclusions own = Inclusions.of(tree);
        Inclusions.Wanted file = Inclusions.Wanted.parse("platform/pipelines:v1:base.yml");
        return everywhere.isEmpty()
                ? own
                : new Inclusions() {
                    @Override
                    public Optional<Wanted> everywhere() {
                        return Optional.of(file);
                    }

                    @Override
                    public Optional<Found> find(Wanted wanted) {
                        return wanted.equals(file)
                                ? Optional.of(new Found(everywhere, COMMIT))
                                : own.find(wanted);
                    }
                };
    }

    /// The lines that begin with `#~`: what the reference shows of what is refused so far.
    private static String later(Path reference) throws IOException {
        return Files.readString(reference)
                .lines()
                .filter(line -> line.startsWith("#~"))
                .map(line -> line.substring(Math.min(3, line.length())))
                .collect(Collectors.joining("\n"));
    }

    static List<Case> cases() {
        return Arrays.stream(read().split("(?m)^==== "))
                .skip(1)
                .map(
                        block -> {
                            String[] parts = block.split("(?m)^----\n", 2);
                            String[] halves = parts[0].split("\n\n", 2);
                            List<String> head = halves[0].strip().lines().toList();
                            return new Case(
                                    head.getFirst(),
                                    head.subList(1, head.size()),
                                    halves.length == 2 ? halves[1] : "",
                                    parts[1].strip());
                        })
                .toList();
    }

    private static String read() {
        try (InputStream in = PlannerTest.class.getResourceAsStream("plans.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
