package io.slipway.e2e;

import io.slipway.web.api.Contract;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Holds answers of the real server to `openapi.yaml`: nothing that it does not name, nothing of
/// another type, nothing required that is missing.
final class ContractCheck {
    private static final JsonNode CONTRACT = Contract.read().json();

    private final List<String> wrong = new ArrayList<>();

    private ContractCheck() {}

    /// An operation; the path is as the contract has it.
    ///
    /// @param forNobody whether nobody needs to be signed in
    record Operation(String method, String path, boolean forNobody) {}

    static List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : CONTRACT.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                if (!method.getKey().equals("parameters")) {
                    operations.add(
                            new Operation(
                                    method.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    method.getValue().path("x-role").asString().equals("nobody")));
                }
            }
        }
        return operations;
    }

    /// What is wrong with an answer; empty when it is as the contract says.
    ///
    /// @param path below `/api/v1`, with query
    static List<String> of(String method, String path, int status, JsonNode answer) {
        ContractCheck check = new ContractCheck();
        JsonNode operation = operation(method, path.replaceFirst("\\?.*", ""));
        JsonNode response = resolved(operation.path("responses").path(Integer.toString(status)));
        if (response.isMissingNode()) {
            return List.of(method + " " + path + " has no response " + status);
        }
        JsonNode schema = response.path("content").path("application/json").path("schema");
        if (!schema.isMissingNode()) {
            check.matches(schema, answer, "");
        } else if (!answer.isNull()) {
            check.wrong.add("a body where the contract has none");
        }
        return check.wrong;
    }

    private static JsonNode operation(String method, String path) {
        String[] parts = path.split("/");
        for (Map.Entry<String, JsonNode> entry : CONTRACT.path("paths").properties()) {
            if (fits(entry.getKey().split("/"), parts)) {
                JsonNode found = entry.getValue().path(method.toLowerCase(Locale.ROOT));
                if (!found.isMissingNode()) {
                    return found;
                }
            }
        }
        throw new AssertionError("the contract has no " + method + " " + path);
    }

    private static boolean fits(String[] template, String[] path) {
        if (template.length != path.length) {
            return false;
        }
        for (int i = 0; i < path.length; i++) {
            if (!template[i].startsWith("{") && !template[i].equals(path[i])) {
                return false;
            }
        }
        return true;
    }

    private static JsonNode resolved(JsonNode node) {
        JsonNode reference = node.path("$ref");
        return reference.isMissingNode()
                ? node
                : resolved(CONTRACT.at(reference.asString("").substring(1)));
    }

    private void matches(JsonNode written, JsonNode value, String at) {
        JsonNode schema = resolved(written);
        if (schema.has("oneOf")) {
            oneOf(schema.path("oneOf"), value, at);
            return;
        }
        if (!typeFits(schema.path("type"), value) && !schema.has("allOf")) {
            wrong.add(at + " is " + value.getNodeType() + ", not " + schema.path("type"));
            return;
        }
        if (schema.has("enum") && !contains(schema.path("enum"), value)) {
            wrong.add(at + " is " + value + ", none of " + schema.path("enum"));
        }
        if ("date-time".equals(schema.path("format").asString("")) && value.isString()) {
            Instant.parse(value.asString());
        }
        if (value.isObject()) {
            object(schema, (ObjectNode) value, at);
        }
        for (int i = 0; i < (value.isArray() ? value.size() : 0); i++) {
            matches(schema.path("items"), value.get(i), at + "[" + i + "]");
        }
    }

    private void oneOf(JsonNode choices, JsonNode value, String at) {
        List<String> first = new ArrayList<>();
        for (JsonNode choice : choices) {
            ContractCheck check = new ContractCheck();
            check.matches(choice, value, at);
            if (check.wrong.isEmpty()) {
                return;
            }
            if (first.isEmpty()) {
                first.addAll(check.wrong);
            }
        }
        wrong.addAll(first);
    }

    private void object(JsonNode schema, ObjectNode value, String at) {
        Set<String> required = new LinkedHashSet<>();
        ObjectNode properties = value.objectNode();
        collect(schema, properties, required);
        required.stream()
                .filter(name -> !value.has(name))
                .forEach(name -> wrong.add(at + "/" + name + " is missing"));
        if (properties.isEmpty()) {
            return; // an object of any kind
        }
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            JsonNode property = properties.path(entry.getKey());
            if (property.isMissingNode()) {
                wrong.add(at + "/" + entry.getKey() + " is not in the contract");
            } else {
                matches(property, entry.getValue(), at + "/" + entry.getKey());
            }
        }
    }

    private static void collect(JsonNode written, ObjectNode properties, Set<String> required) {
        JsonNode schema = resolved(written);
        schema.path("properties")
                .properties()
                .forEach(entry -> properties.set(entry.getKey(), entry.getValue()));
        schema.path("required").forEach(name -> required.add(name.asString()));
        schema.path("allOf").forEach(part -> collect(part, properties, required));
    }

    private static boolean typeFits(JsonNode type, JsonNode value) {
        if (type.isArray()) {
            for (JsonNode one : type) {
                if (typeFits(one, value)) {
                    return true;
                }
            }
            return false;
        }
        return switch (type.asString("")) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "integer" -> value.isIntegralNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "" -> true;
            default -> false;
        };
    }

    private static boolean contains(JsonNode values, JsonNode value) {
        for (JsonNode one : values) {
            if (one.equals(value)) {
                return true;
            }
        }
        return false;
    }
}
