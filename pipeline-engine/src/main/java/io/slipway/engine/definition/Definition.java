package io.slipway.engine.definition;

import io.slipway.engine.grammar.Findings;
import io.slipway.engine.grammar.JsonSchema;
import io.slipway.engine.language.Language;
import io.slipway.engine.language.NotYet;
import io.slipway.engine.source.SourceTree;
import io.slipway.engine.yaml.Node;
import io.slipway.engine.yaml.Place;
import io.slipway.engine.yaml.YamlReader;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a commit says about its pipeline: a pipeline, or every problem at once.
///
/// @param file such as `.slipway.yml`
/// @param text of the file; null when there is none, or when it could not be read as text
/// @param pipeline null when there are problems
/// @param problems sorted by place
/// @param includes the other files that are part of it
public record Definition(
        String file,
        @Nullable String text,
        @Nullable Pipeline pipeline,
        List<Problem> problems,
        List<Inclusions.Pin> includes) {
    public Definition {
        includes = List.copyOf(includes);
    }

    private Definition(
            String file,
            @Nullable String text,
            @Nullable Pipeline pipeline,
            List<Problem> problems) {
        this(file, text, pipeline, problems, List.of());
    }

    /// Where a definition is looked for.
    public static final String FILE = ".slipway.yml";

    private static final List<String> WRONG_NAMES =
            List.of(".slipway.yaml", "slipway.yml", "slipway.yaml");
    private static final int MOST_PROBLEMS = 200;

    /// The definition of a commit or folder, without what it includes from other projects.
    public static Definition in(SourceTree tree) {
        return in(tree, Inclusions.of(tree));
    }

    /// The definition of a commit or folder. Without a file it is the empty pipeline, with what
    /// every project includes.
    public static Definition in(SourceTree tree, Inclusions inclusions) {
        for (String wrong : WRONG_NAMES) {
            if (tree.exists(wrong)) {
                String remedy =
                        tree.exists(FILE)
                                ? "remove it: " + FILE + " is the one that counts"
                                : "rename it to " + FILE;
                return broken(wrong, Place.START, "a definition by this name is not read", remedy);
            }
        }
        Optional<SourceTree.Kind> kind = tree.at(FILE);
        if (kind.isEmpty()) {
            return inclusions.everywhere().isEmpty()
                    ? none()
                    : parse(FILE, "", NotYet.KEYS, inclusions).withoutText();
        }
        if (kind.get() != SourceTree.Kind.FILE) {
            return broken(FILE, Place.START, "not a regular file", "commit the file itself");
        }
        try {
            byte[] bytes = tree.file(FILE, YamlReader.LARGEST).orElse(new byte[0]);
            return parse(FILE, decode(bytes), NotYet.KEYS, inclusions);
        } catch (CharacterCodingException e) {
            return broken(FILE, Place.START, "the file is not UTF-8", "save it as UTF-8");
        } catch (Fault fault) {
            if (fault.kind() != Fault.Kind.CONFIGURATION) {
                throw fault;
            }
            return broken(FILE, Place.START, fault.message(), fault.remedy());
        }
    }

    private Definition withoutText() {
        return new Definition(file, null, pipeline, problems, includes);
    }

    /// What holds when there is no file.
    public static Definition none() {
        Places nowhere = new Places(FILE, Map.of());
        Pipeline empty = Pipeline.empty(nowhere);
        return new Definition(FILE, null, empty, List.of());
    }

    /// The language as a JSON Schema (2020-12), for editors: what is available in this version.
    public static String schema() {
        Map<String, Object> schema = JsonSchema.of(Language.ROOT, NotYet.KEYS, Language.FREE);
        return JsonMapper.builder()
                .build()
                .writerWithDefaultPrettyPrinter()
                .writeValueAsString(schema);
    }

    /// Reads a definition. Never throws because of what the text holds.
    public static Definition parse(String file, String text) {
        return parse(file, text, NotYet.KEYS);
    }

    /// The same with files that it includes.
    public static Definition parse(String file, String text, Inclusions inclusions) {
        return parse(file, text, NotYet.KEYS, inclusions);
    }

    /// @param notYet keys that are refused
    static Definition parse(String file, String text, Set<String> notYet) {
        return parse(file, text, notYet, wanted -> Optional.empty());
    }

    private static Definition parse(
            String file, String text, Set<String> notYet, Inclusions inclusions) {
        List<Problem> problems = new ArrayList<>();
        Findings findings =
                (at, path, wrong) ->
                        problems.add(
                                new Problem(
                                        at.file().isEmpty() ? file : at.file(),
                                        at.line(),
                                        at.column(),
                                        path,
                                        wrong.message(),
                                        wrong.remedy()));
        Merge merge = new Merge(notYet, inclusions, findings);
        Node.Fields root = merge.read(text);
        if (root != null && !merge.incomplete()) {
            new Relations(root, findings).check();
            new EnvironmentRules(root, findings).check();
        }
        if (!problems.isEmpty()) {
            return new Definition(file, text, null, tidy(file, problems), merge.pins());
        }
        Places places = new Places(file, Map.copyOf(merge.places()));
        Pipeline pipeline = Assembly.pipeline(root, places);
        return new Definition(file, text, pipeline, List.of(), merge.pins());
    }

    /// Reads a definition that a job has written: jobs, and `env` for their steps.
    public static Definition generated(String file, String text) {
        Definition read = parse(file, text);
        Pipeline pipeline = read.pipeline;
        if (pipeline == null) {
            return read;
        }
        List<Problem> problems = new ArrayList<>();
        for (String path : pipeline.places().byPath().keySet()) {
            boolean top = !path.isEmpty() && path.indexOf('.') < 0 && path.indexOf('[') < 0;
            if (top && !path.equals("jobs") && !path.equals("env")) {
                problems.add(
                        pipeline.places()
                                .problem(
                                        path,
                                        "a job generates only jobs",
                                        "remove '" + path + "'"));
            }
            if (path.matches("jobs\\.[^.]+\\.generate")) {
                String message = "a job that was generated generates no others";
                problems.add(pipeline.places().problem(path, message, "remove 'generate'"));
            }
            if (path.matches("jobs\\.[^.]+\\.environment")) {
                String message = "a job that was generated deploys nowhere";
                problems.add(pipeline.places().problem(path, message, "remove 'environment'"));
            }
        }
        if (pipeline.jobs().isEmpty() && problems.isEmpty()) {
            problems.add(
                    new Problem(file, 0, 0, "", "there is no job in it", "write at least one job"));
        }
        return problems.isEmpty()
                ? read
                : new Definition(file, text, null, tidy(file, problems), read.includes());
    }

    private static List<Problem> tidy(String file, List<Problem> found) {
        Set<String> seen = new LinkedHashSet<>();
        List<Problem> sorted = new ArrayList<>();
        found.stream()
                .sorted(
                        Comparator.comparing((Problem p) -> !p.file().equals(file))
                                .thenComparing(Problem::file)
                                .thenComparingInt(Problem::line)
                                .thenComparingInt(Problem::column))
                .filter(
                        p ->
                                seen.add(
                                        p.file()
                                                + ":"
                                                + p.line()
                                                + ":"
                                                + p.column()
                                                + ":"
                                                + p.message()))
                .limit(MOST_PROBLEMS + 1L)
                .forEach(sorted::add);
        if (sorted.size() > MOST_PROBLEMS) {
            sorted.set(
                    MOST_PROBLEMS,
                    new Problem(file, 0, 0, "", "there are more problems", "correct these first"));
        }
        return List.copyOf(sorted);
    }

    private static Definition broken(String file, Place at, String message, String remedy) {
        Problem problem = new Problem(file, at.line(), at.column(), "", message, remedy);
        return new Definition(file, null, null, List.of(problem));
    }

    private static String decode(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
}
