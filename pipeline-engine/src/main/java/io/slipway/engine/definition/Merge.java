package io.slipway.engine.definition;

import static io.slipway.engine.definition.Reading.child;
import static io.slipway.engine.definition.Reading.map;
import static io.slipway.engine.definition.Reading.text;
import static io.slipway.engine.definition.Reading.texts;

import io.slipway.engine.event.Input;
import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.grammar.Check;
import io.slipway.engine.grammar.Fill;
import io.slipway.engine.grammar.Findings;
import io.slipway.engine.grammar.Mistake;
import io.slipway.engine.grammar.Quoted;
import io.slipway.engine.language.Language;
import io.slipway.engine.yaml.Node;
import io.slipway.engine.yaml.Place;
import io.slipway.engine.yaml.YamlReader;
import io.slipway.engine.yaml.YamlText;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads a definition and the files that it includes, each checked by itself, and makes one tree of
/// them. Names of jobs, apps and environments are united; where the including file has the same
/// name, its whole entry counts; what every project includes is of everybody, and nobody says it
/// again. Variables of an included file (`env`, inputs) hold for its own jobs.
final class Merge {
    /// How many files may be included, all together.
    static final int MOST_FILES = 10;

    /// How far an included file may include others.
    static final int DEEPEST = 3;

    private static final Place EVERYWHERE = new Place(0, 0, Inclusions.SETTING);

    private static final List<String> UNITED = List.of("jobs", "apps", "environments");
    private static final List<String> OWN = List.of("on", "concurrency", "checkout");

    private final Set<String> notYet;
    private final Inclusions inclusions;
    private final Findings findings;
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final List<Inclusions.Pin> pins = new ArrayList<>();
    private final Map<String, Map<String, Node.Field>> everybodys = new LinkedHashMap<>();
    private boolean incomplete;

    Merge(Set<String> notYet, Inclusions inclusions, Findings findings) {
        this.notYet = notYet;
        this.inclusions = inclusions;
        this.findings = findings;
    }

    /// Where everything stands; what the including file says hides what it includes.
    Map<String, Place> places() {
        return places;
    }

    /// What was included, in the order of the files.
    List<Inclusions.Pin> pins() {
        return pins;
    }

    /// Whether a file was left out or wrong, so that names may be missing.
    boolean incomplete() {
        return incomplete;
    }

    /// Reads the text that everything begins with; null when it holds nothing, or nothing usable.
    Node.@Nullable Fields read(String text) {
        Node.Fields root = everywhere(checked(text, "", null, Place.START));
        return root == null ? null : united(root, 0);
    }

    /// Puts the file that every project includes before those that this one includes.
    private Node.@Nullable Fields everywhere(Node.@Nullable Fields root) {
        Optional<Inclusions.Wanted> wanted = inclusions.everywhere();
        Node.Fields own = root == null ? tree(List.of(), Place.START) : root;
        Node written = own.get("include");
        if (wanted.isEmpty() || written != null && !(written instanceof Node.Items)) {
            return root;
        }
        List<Node> items = new ArrayList<>();
        items.add(asItem(wanted.get()));
        if (written instanceof Node.Items others) {
            items.addAll(others.items());
        }
        List<Node.Field> fields = new ArrayList<>(own.fields());
        fields.removeIf(field -> field.key().value().equals("include"));
        Place at = written == null ? Place.START : written.at();
        fields.add(
                new Node.Field(
                        new Node.Text("include", false, at),
                        new Node.Items(List.copyOf(items), at, 1, 1)));
        return tree(fields, own.at());
    }

    private static Node asItem(Inclusions.Wanted wanted) {
        Map<String, @Nullable String> values = new LinkedHashMap<>();
        values.put("project", wanted.project());
        values.put("ref", wanted.ref());
        values.put("file", wanted.file());
        List<Node.Field> fields = new ArrayList<>();
        values.forEach(
                (key, value) -> {
                    if (value != null) {
                        fields.add(
                                new Node.Field(
                                        new Node.Text(key, false, EVERYWHERE),
                                        new Node.Text(value, true, EVERYWHERE)));
                    }
                });
        return tree(fields, EVERYWHERE);
    }

    /// @param with values for its inputs; null for the text that everything begins with
    private Node.@Nullable Fields checked(
            String text, String label, @Nullable Node with, Place include) {
        YamlText yaml = YamlReader.read(text, label);
        yaml.flaws().forEach(f -> findings.add(f.at(), "", new Mistake(f.message(), f.remedy())));
        Node root = yaml.root();
        if (root == null) {
            return null;
        }
        if (!(root instanceof Node.Fields fields)) {
            findings.add(
                    root.at(),
                    "",
                    new Mistake(
                            "expected keys such as jobs and apps",
                            "write something like " + Language.ROOT.example()));
            return null;
        }
        boolean included = !label.isEmpty();
        Map<String, String> values = inputs(fields, with, included, include);
        Set<Place> told = new HashSet<>();
        Findings filling =
                (at, path, wrong) -> {
                    told.add(at);
                    findings.add(at, path, wrong);
                };
        Node.Fields filled =
                values == null
                        ? fields
                        : new Fill(values, declared(fields).keySet(), filling)
                                .root(Language.ROOT, fields);
        Findings checking =
                (at, path, wrong) -> {
                    if (!told.contains(at)) {
                        findings.add(at, path, wrong);
                    }
                };
        new Check(notYet, places, checking).root(Language.ROOT, filled, Language.FREE);
        new StartRules(filled, findings).check();
        return included ? asIncluded(filled, values == null ? Map.of() : values) : filled;
    }

    private static Map<String, Input> declared(Node.Fields root) {
        return map(root.get("inputs"), (name, node) -> rough(node));
    }

    /// An input of a tree that was not checked yet: what is wrong with it is told by the check.
    private static Input rough(Node node) {
        String type = String.valueOf(text(node, "type"));
        boolean known = List.of("text", "number", "boolean").contains(type);
        Boolean required =
                Optional.ofNullable(text(node, "required")).flatMap(Amounts::truth).orElse(false);
        return new Input(
                "",
                known ? Input.Type.valueOf(type.toUpperCase(Locale.ROOT)) : Input.Type.TEXT,
                Reading.words(child(node, "options")),
                text(node, "default"),
                required);
    }

    /// @return null when there are no inputs to fill in
    private @Nullable Map<String, String> inputs(
            Node.Fields root, @Nullable Node with, boolean included, Place include) {
        Map<String, Input> declared = declared(root);
        if (declared.isEmpty() && !included) {
            return null;
        }
        Input.Filled filled = Input.fill(declared, texts(with));
        filled.wrong()
                .forEach(
                        (name, wrong) -> {
                            Node given = child(with, name);
                            Place at = given == null ? include : given.at();
                            String path = (included ? "include.with." : "inputs.");
                            findings.add(at, path + Quoted.plain(name), wrong);
                        });
        return filled.values();
    }

    /// Its variables go to its own jobs, and what only the project's own file may say is refused.
    private Node.Fields asIncluded(Node.Fields root, Map<String, String> inputs) {
        Map<String, Node> variables = new LinkedHashMap<>();
        inputs.forEach(
                (name, value) ->
                        variables.put(Input.variable(name), new Node.Text(value, true, root.at())));
        if (root.get("env") instanceof Node.Fields env) {
            env.fields().forEach(field -> variables.put(field.key().value(), field.value()));
        }
        List<Node.Field> fields = new ArrayList<>();
        for (Node.Field field : root.fields()) {
            String key = field.key().value();
            if (OWN.contains(key)) {
                findings.add(
                        field.key().at(),
                        key,
                        new Mistake(
                                "an included file does not say this",
                                "write it in the project's own file"));
            } else if (key.equals("jobs") && field.value() instanceof Node.Fields jobs) {
                fields.add(new Node.Field(field.key(), withVariables(jobs, variables)));
            } else if (!key.equals("env")) {
                fields.add(field);
            }
        }
        return tree(fields, root.at());
    }

    private static Node.Fields withVariables(Node.Fields jobs, Map<String, Node> variables) {
        List<Node.Field> all = new ArrayList<>();
        for (Node.Field job : jobs.fields()) {
            if (!(job.value() instanceof Node.Fields keys) || variables.isEmpty()) {
                all.add(job);
                continue;
            }
            Map<String, Node> env = new LinkedHashMap<>(variables);
            if (keys.get("env") instanceof Node.Fields own) {
                own.fields().forEach(field -> env.put(field.key().value(), field.value()));
            }
            List<Node.Field> pairs = new ArrayList<>();
            env.forEach(
                    (name, value) ->
                            pairs.add(
                                    new Node.Field(new Node.Text(name, true, value.at()), value)));
            List<Node.Field> fields = new ArrayList<>(keys.fields());
            fields.removeIf(field -> field.key().value().equals("env"));
            Node.Text key = new Node.Text("env", false, keys.at());
            fields.add(new Node.Field(key, tree(pairs, keys.at())));
            all.add(new Node.Field(job.key(), tree(fields, keys.at())));
        }
        return tree(all, jobs.at());
    }

    private Node.Fields united(Node.Fields root, int depth) {
        Map<String, Map<String, Node.Field>> all = new LinkedHashMap<>();
        if (!(root.get("include") instanceof Node.Items items)) {
            return root;
        }
        for (Node item : items.items()) {
            Node.Fields included = included(item, depth + 1);
            if (included != null) {
                UNITED.forEach(kind -> add(kind, included, item, all));
                if (item.at().equals(EVERYWHERE)) {
                    all.forEach((kind, some) -> everybodys.put(kind, new LinkedHashMap<>(some)));
                }
            }
        }
        List<Node.Field> fields = new ArrayList<>();
        for (Node.Field field : root.fields()) {
            String kind = field.key().value();
            if (depth == 0) {
                everybodys(kind, field.value(), everybodys.getOrDefault(kind, Map.of()));
            }
            Map<String, Node.Field> others = all.remove(kind);
            fields.add(others == null ? field : over(field, others));
        }
        all.forEach(
                (kind, entries) -> {
                    Node.Fields value = tree(List.copyOf(entries.values()), items.at());
                    fields.add(new Node.Field(new Node.Text(kind, false, items.at()), value));
                });
        return tree(fields, root.at());
    }

    /// A rule that an operator has for every project would be none if a project could replace it.
    private void everybodys(String kind, Node own, Map<String, Node.Field> taken) {
        if (!(own instanceof Node.Fields fields)) {
            return;
        }
        for (Node.Field field : fields.fields()) {
            Node.Field first = taken.get(field.key().value());
            if (first != null) {
                String name = kind + "." + Quoted.plain(field.key().value());
                String file = first.key().at().file();
                findings.add(
                        field.key().at(),
                        name,
                        new Mistake(
                                "every project has it of " + file + " (" + Inclusions.SETTING + ")",
                                "choose another name"));
            }
        }
    }

    private void add(
            String kind,
            Node.Fields included,
            Node include,
            Map<String, Map<String, Node.Field>> all) {
        if (!(included.get(kind) instanceof Node.Fields entries)) {
            return;
        }
        Map<String, Node.Field> known = all.computeIfAbsent(kind, k -> new LinkedHashMap<>());
        for (Node.Field entry : entries.fields()) {
            String name = entry.key().value();
            Node.Field first = known.putIfAbsent(name, entry);
            if (first != null) {
                findings.add(
                        include.at(),
                        "include",
                        new Mistake(
                                kind
                                        + "."
                                        + Quoted.plain(name)
                                        + " is in "
                                        + first.key().at().file()
                                        + " and in "
                                        + entry.key().at().file(),
                                everybodys.getOrDefault(kind, Map.of()).containsValue(first)
                                        ? "choose another name: every project has the first"
                                        : "write it in this file, or include one of the two"));
            }
        }
    }

    /// What the including file says under a name counts as a whole.
    private static Node.Field over(Node.Field own, Map<String, Node.Field> others) {
        if (!(own.value() instanceof Node.Fields fields)) {
            return own;
        }
        Map<String, Node.Field> all = new LinkedHashMap<>(others);
        fields.fields().forEach(field -> all.put(field.key().value(), field));
        return new Node.Field(own.key(), tree(List.copyOf(all.values()), fields.at()));
    }

    private Node.@Nullable Fields included(Node include, int depth) {
        String path = text(include, "file");
        Optional<String> file = path == null ? Optional.empty() : Amounts.path(path);
        if (file.isEmpty()) {
            incomplete = true;
            return null;
        }
        Inclusions.Wanted wanted =
                new Inclusions.Wanted(text(include, "project"), text(include, "ref"), file.get());
        try {
            within(wanted, depth);
            Optional<Inclusions.Found> found = inclusions.find(wanted);
            if (found.isEmpty()) {
                incomplete = true;
                return null;
            }
            int pin = pins.size();
            pins.add(pin(wanted, found.get(), include, false));
            Node.Fields root =
                    checked(
                            found.get().text(),
                            wanted.label(),
                            child(include, "with"),
                            include.at());
            if (root == null) {
                return null;
            }
            boolean apps = root.get("apps") != null || root.get("environments") != null;
            pins.set(pin, pin(wanted, found.get(), include, apps));
            return united(root, depth);
        } catch (Fault fault) {
            if (fault.kind() == Fault.Kind.UNAVAILABLE || fault.kind() == Fault.Kind.INTERNAL) {
                throw fault;
            }
            incomplete = true;
            findings.add(include.at(), "include", new Mistake(fault.message(), fault.remedy()));
            return null;
        }
    }

    private static Inclusions.Pin pin(
            Inclusions.Wanted wanted, Inclusions.Found found, Node include, boolean apps) {
        boolean everywhere = include.at().equals(EVERYWHERE);
        return new Inclusions.Pin(wanted, found.commit(), everywhere, apps);
    }

    private void within(Inclusions.Wanted wanted, int depth) {
        if (depth > DEEPEST) {
            throw refused(
                    wanted.label() + " is included over more than " + DEEPEST + " files",
                    "include it directly");
        }
        if (pins.size() >= MOST_FILES) {
            throw refused("more than " + MOST_FILES + " files are included", "join some of them");
        }
        if (wanted.project() == null && wanted.ref() != null) {
            throw refused(
                    "a ref belongs to another project's file",
                    "remove 'ref': the file is taken from the commit itself");
        }
    }

    private static Fault refused(String message, String remedy) {
        return new Fault(Fault.Kind.CONFIGURATION, message, remedy);
    }

    private static Node.Fields tree(List<Node.Field> fields, Place at) {
        return new Node.Fields(List.copyOf(fields), at, 1, 1);
    }
}
