package io.slipway.web.client;

import io.slipway.engine.definition.Inclusions;
import io.slipway.engine.source.SourceTree;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.settings.Settings;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Files that a definition on this machine includes from projects of a server, with the rights of
/// whoever asks. Each is asked for once, so that a ref stands for one commit. Where no server is
/// known or none answers, they are left out, which [#leftOut] says. For use by one thread.
public final class IncludedOverApi implements AutoCloseable {
    private static final String UNKNOWN =
            "no server is known: set SLIPWAY_SERVER and SLIPWAY_TOKEN";

    private final @Nullable ApiClient api;
    private final boolean named;
    private final String project;
    private final Map<Inclusions.Wanted, Answer> found = new HashMap<>();
    private final Set<String> leftOut = new LinkedHashSet<>();
    private Inclusions.@Nullable Wanted everywhere;
    private boolean asked;

    private record Answer(Inclusions.@Nullable Found found, @Nullable Fault fault) {}

    /// With the server that this process's environment and the settings file name.
    ///
    /// @param project `[group/]name` that the definition would be pushed to
    public static IncludedOverApi asked(String project) {
        Map<String, String> environment = System.getenv();
        Settings settings = Settings.read(Map.of(), environment);
        return new IncludedOverApi(settings, environment.containsKey("SLIPWAY_SERVER"), project);
    }

    /// @param named whether somebody has named the server; else it is merely the one of this
    ///   machine
    /// @param project `[group/]name` that the definition would be pushed to
    IncludedOverApi(Settings settings, boolean named, String project) {
        this.api = ApiClient.knows(settings) ? new ApiClient(settings) : null;
        this.named = named;
        this.project = project;
    }

    /// What was left out and why, one sentence each.
    public List<String> leftOut() {
        return List.copyOf(leftOut);
    }

    /// Together with the files of the definition's own tree.
    ///
    /// @param tree null: the definition lies in none
    public Inclusions in(@Nullable SourceTree tree) {
        return new Inclusions() {
            @Override
            public Optional<Wanted> everywhere() {
                return Optional.ofNullable(everybodys());
            }

            @Override
            public Optional<Found> find(Wanted wanted) {
                if (wanted.project() != null) {
                    return Optional.ofNullable(ofServer(wanted));
                }
                if (tree == null) {
                    leave(wanted, "only .slipway.yml is looked at with the files beside it");
                    return Optional.empty();
                }
                return Optional.of(Inclusions.own(tree, wanted));
            }
        };
    }

    /// What every project of the server includes. A server that is merely the one of this machine
    /// need not run.
    private Inclusions.@Nullable Wanted everybodys() {
        if (api == null || asked) {
            return everywhere;
        }
        asked = true;
        try {
            JsonNode answer = get(api, "/include?project=" + ApiClient.escaped(project));
            if (answer.isObject()) {
                Inclusions.Wanted wanted =
                        new Inclusions.Wanted(
                                answer.path("project").asString(),
                                text(answer, "ref"),
                                answer.path("file").asString());
                found.put(wanted, answer(answer));
                everywhere = wanted;
            }
        } catch (Fault fault) {
            if (named || fault.kind() != Kind.UNAVAILABLE) {
                leftOut.add("what every project includes is left out: " + fault.message());
            }
        }
        return everywhere;
    }

    private Inclusions.@Nullable Found ofServer(Inclusions.Wanted wanted) {
        Answer known = found.get(wanted);
        if (known == null && api != null) {
            known = ask(api, wanted);
            found.put(wanted, known);
        }
        if (known == null) {
            leave(wanted, UNKNOWN);
            return null;
        }
        Fault fault = known.fault();
        if (fault == null) {
            return known.found();
        }
        if (fault.kind() == Kind.CONFIGURATION) {
            throw fault;
        }
        leave(wanted, fault.message());
        return null;
    }

    private static Answer ask(ApiClient api, Inclusions.Wanted wanted) {
        String ref = wanted.ref();
        String path =
                "/projects/"
                        + ApiClient.escaped(String.valueOf(wanted.project()))
                        + "/file?path="
                        + ApiClient.escaped(wanted.file())
                        + (ref == null ? "" : "&ref=" + ApiClient.escaped(ref));
        try {
            return answer(get(api, path));
        } catch (Fault fault) {
            return new Answer(null, fault);
        }
    }

    /// Either the file or why there is none.
    private static Answer answer(JsonNode answer) {
        String text = text(answer, "text");
        return text == null
                ? new Answer(
                        null,
                        new Fault(
                                Kind.CONFIGURATION,
                                answer.path("problem").asString(""),
                                answer.path("remedy").asString("")))
                : new Answer(new Inclusions.Found(text, text(answer, "commit")), null);
    }

    private static @Nullable String text(JsonNode node, String key) {
        JsonNode value = node.path(key);
        return value.isString() ? value.asString() : null;
    }

    private static JsonNode get(ApiClient api, String path) {
        try {
            return api.get(path);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(Kind.UNAVAILABLE, "the question to the server was interrupted", "", e);
        }
    }

    private void leave(Inclusions.Wanted wanted, String why) {
        leftOut.add(wanted.label() + " is left out: " + why);
    }

    @Override
    public void close() {
        if (api != null) {
            api.close();
        }
    }
}
