package io.slipway.engine.forge.api;

import io.slipway.engine.egress.EgressUrl;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

import java.util.Optional;
import java.util.regex.Pattern;

/// Parts of URLs and of answers, checked.
final class Paths {
    private static final Pattern NAME =
            Pattern.compile("~?[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*){1,20}");
    private static final Pattern PART = Pattern.compile("~?[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9{}-]{1,64}");

    private Paths() {}

    static EgressUrl below(EgressUrl base, String path) {
        String own = base.target().endsWith("/") ? base.target() : base.target() + "/";
        return base.at(own.substring(0, own.length() - 1) + path);
    }

    /// A repository's name as part of a path.
    static String name(String name) {
        if (!NAME.matcher(name).matches() || name.contains("..")) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot take '"
                            + name.substring(0, Math.min(80, name.length()))
                            + "' as a repository: it is not owner/name",
                    "write it as the forge does");
        }
        return name;
    }

    /// An organisation's name as part of a path.
    static String part(String name) {
        if (!PART.matcher(name).matches()) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot take '"
                            + name.substring(0, Math.min(80, name.length()))
                            + "' as an organisation",
                    "write it as the forge does in the addresses of its repositories");
        }
        return name;
    }

    /// A forge's own id of something as part of a path.
    static String id(String id) {
        if (!ID.matcher(id).matches()) {
            throw new Fault(
                    Kind.CONFIGURATION, "cannot ask the forge: its id of it makes no sense", "");
        }
        return id.replace("{", "%7B").replace("}", "%7D");
    }

    /// @param field of the name
    static Optional<ForgeRepository> repository(
            JsonNode json, String field, JsonNode clone, JsonNode ssh, JsonNode branch) {
        return named(json, Dialect.text(json, field), clone, ssh, branch);
    }

    /// @param name null: it says none
    static Optional<ForgeRepository> named(
            JsonNode json, @Nullable String name, JsonNode clone, JsonNode ssh, JsonNode branch) {
        JsonNode id = json.has("uuid") ? json.path("uuid") : json.path("id");
        String known = id.isNumber() ? id.asString() : id.isString() ? id.asString() : "";
        if (name == null || !NAME.matcher(name).matches() || !ID.matcher(known).matches()) {
            return Optional.empty();
        }
        if (!clone.isString()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new ForgeRepository(
                            known,
                            name,
                            EgressUrl.parse(clone.asString().replaceFirst("://[^/@]*@", "://")),
                            ssh(ssh),
                            branch.isString() && !branch.asString().isEmpty()
                                    ? branch.asString()
                                    : null));
        } catch (Fault fault) {
            return Optional.empty();
        }
    }

    /// Null when it is none; whoever wants to fetch by ssh is told so.
    private static @Nullable EgressUrl ssh(JsonNode url) {
        try {
            EgressUrl parsed = EgressUrl.parse(url.asString(""));
            return parsed.scheme().equals("ssh") ? parsed : null;
        } catch (Fault fault) {
            return null;
        }
    }

    /// The ssh link of a list of links by name.
    static JsonNode sshLink(JsonNode links) {
        for (JsonNode link : links) {
            if (link.path("name").asString("").equals("ssh")) {
                return link.path("href");
            }
        }
        return MissingNode.getInstance();
    }

    /// The http link of a list of links by name.
    static JsonNode link(JsonNode links) {
        for (JsonNode link : links) {
            String name = link.path("name").asString("");
            if (name.equals("https") || name.equals("http")) {
                return link.path("href");
            }
        }
        return MissingNode.getInstance();
    }
}
