package io.slipway.web.contract;

import io.slipway.engine.yaml.Node;
import io.slipway.engine.yaml.YamlReader;
import io.slipway.engine.yaml.YamlText;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/// The API's contract, `openapi.yaml`: an operation that is not in it can't be added.
public final class Contract {
    private static final String RESOURCE = "/openapi.yaml";
    private static final Set<String> METHODS = Set.of("get", "post", "patch", "put", "delete");
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final byte[] yaml;
    private final ObjectNode json;

    private Contract(byte[] yaml, ObjectNode json) {
        this.yaml = yaml;
        this.json = json;
    }

    /// Reads it from the class path.
    public static Contract read() {
        byte[] yaml;
        try (InputStream in = Contract.class.getResourceAsStream(RESOURCE)) {
            yaml = Objects.requireNonNull(in, RESOURCE).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        YamlText text = YamlReader.read(new String(yaml, StandardCharsets.UTF_8));
        if (!text.flaws().isEmpty() || !(text.root() instanceof Node.Fields root)) {
            throw new IllegalStateException(RESOURCE + " can't be read: " + text.flaws());
        }
        return new Contract(yaml, (ObjectNode) json(root));
    }

    /// As it is written.
    public byte[] yaml() {
        return yaml;
    }

    /// The same as JSON.
    public JsonNode json() {
        return json;
    }

    /// The same as JSON text.
    public byte[] jsonText() {
        return JsonMapper.shared().writeValueAsBytes(json);
    }

    /// What somebody has to be for an operation. One that does not say it is for admins of the
    /// instance.
    ///
    /// @param method in capitals
    /// @param path as the router has it, `/projects/:project`
    public Need need(String method, String path) {
        JsonNode operation = operation(method, path);
        if (!METHODS.contains(method.toLowerCase(Locale.ROOT)) || operation.isMissingNode()) {
            throw new IllegalStateException(
                    RESOURCE + " does not have the operation " + method + " " + written(path));
        }
        return Need.parse(operation.path("x-role").asString("instance admin"));
    }

    /// Whether an operation's answer holds something that is told once: `x-secret-answer`.
    ///
    /// @param method in capitals
    /// @param path as the router has it
    public boolean secret(String method, String path) {
        return operation(method, path).path("x-secret-answer").asBoolean(false);
    }

    /// What an operation takes in its query.
    ///
    /// @param method in capitals
    /// @param path as the router has it
    public QueryRules query(String method, String path) {
        JsonNode item = json.path("paths").path(written(path));
        JsonNode operation = operation(method, path);
        List<QueryRules.Parameter> known = new ArrayList<>();
        for (JsonNode list : List.of(item.path("parameters"), operation.path("parameters"))) {
            for (JsonNode each : list) {
                String reference = each.path("$ref").asString("");
                JsonNode parameter = reference.isEmpty() ? each : json.at(reference.substring(1));
                if (parameter.path("in").asString("").equals("query")) {
                    known.add(QueryRules.Parameter.of(parameter));
                }
            }
        }
        return new QueryRules(
                List.copyOf(known), operation.path("x-other-parameters").asBoolean(false));
    }

    private JsonNode operation(String method, String path) {
        return json.path("paths").path(written(path)).path(method.toLowerCase(Locale.ROOT));
    }

    /// A path as the contract has it.
    private static String written(String path) {
        return path.replaceAll(":([a-z]+)", "{$1}");
    }

    private static JsonNode json(Node node) {
        return switch (node) {
            case Node.Fields fields -> {
                ObjectNode object = NODES.objectNode();
                fields.fields()
                        .forEach(field -> object.set(field.key().value(), json(field.value())));
                yield object;
            }
            case Node.Items items -> {
                ArrayNode array = NODES.arrayNode();
                items.items().forEach(item -> array.add(json(item)));
                yield array;
            }
            case Node.Text text -> scalar(text);
        };
    }

    private static JsonNode scalar(Node.Text text) {
        String value = text.value();
        if (text.quoted()) {
            return NODES.stringNode(value);
        }
        return switch (value) {
            case "true", "false" -> NODES.booleanNode(value.equals("true"));
            case "null", "" -> NODES.nullNode();
            default ->
                    value.matches("-?[0-9]{1,9}")
                            ? NODES.numberNode(Integer.parseInt(value))
                            : NODES.stringNode(value);
        };
    }
}
