package io.slipway.web.api;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;

import io.slipway.web.contract.Contract;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Holds requests to the API and its answers to `openapi.yaml`: nothing that it does not name,
/// nothing of another type or outside its limits, nothing required that is missing. A request that
/// is not as the contract says may be sent, but must not succeed.
public final class ContractCheck {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String PLACE = "https://slipway.test/openapi.json";

    private static final ObjectNode CONTRACT = strict();
    private static final SchemaRegistry SCHEMAS =
            SchemaRegistry.withDefaultDialect(
                    SpecificationVersion.DRAFT_2020_12,
                    builder ->
                            builder.schemas(Map.of(PLACE, CONTRACT.toString()))
                                    .schemaRegistryConfig(
                                            SchemaRegistryConfig.builder()
                                                    .formatAssertionsEnabled(true)
                                                    .locale(Locale.ROOT)
                                                    .build()));

    private ContractCheck() {}

    /// An operation; the path is as the contract has it.
    ///
    /// @param forNobody whether nobody needs to be signed in
    public record Operation(String method, String path, boolean forNobody) {}

    /// @param pointer where it is in the contract
    /// @param values of the path's parameters
    private record Found(JsonNode operation, String pointer, Map<String, String> values) {}

    /// All of them.
    public static List<Operation> operations() {
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

    /// What is wrong with a request and its answer; empty when both are as the contract says.
    ///
    /// @param path below `/api/v1`, with query
    /// @param body empty: none
    /// @param type the answer's content type; empty: none
    public static List<String> exchange(
            String method, String path, String body, int status, String type, String answer) {
        List<String> wrong = new ArrayList<>();
        Found found = find(method, path.replaceFirst("\\?.*", ""));
        if (found == null) {
            return status < 400 ? List.of("the contract has no " + method + " " + path) : wrong;
        }
        if (status < 400) {
            request(found, path.contains("?") ? path.replaceFirst("[^?]*\\?", "") : "", body)
                    .forEach(each -> wrong.add("was accepted, but " + each));
        }
        answer(found, status, type, answer, wrong);
        return wrong;
    }

    private static void answer(
            Found found, int status, String type, String answer, List<String> wrong) {
        JsonNode written = found.operation().path("responses").path(Integer.toString(status));
        JsonNode response = resolved(written);
        if (response.isMissingNode()) {
            boolean problem = Set.of(400, 401, 403, 404, 409, 422, 429, 503).contains(status);
            if (!problem && status != 304) {
                wrong.add("the contract has no response " + status);
                return;
            }
            response = CONTRACT.at("/components/responses/Error");
            written = NODES.objectNode().put("$ref", "#/components/responses/Error");
        }
        String plain = type.replaceFirst(";.*", "");
        String base =
                written.has("$ref")
                        ? written.path("$ref").asString().substring(1)
                        : found.pointer() + "/responses/" + status;
        JsonNode content = response.path("content");
        if (answer.isEmpty()) {
            if (content.has("application/json") && status != 304) {
                wrong.add("the answer has no body");
            }
        } else if (!content.isMissingNode() && !content.has(plain)) {
            wrong.add("the answer is " + plain + ", none of " + content.propertyNames());
        } else if (content.isMissingNode() && status < 300) {
            wrong.add("the answer has a body where the contract has none");
        } else if (content.path(plain).has("schema")) {
            String at = base + "/content/" + escaped(plain) + "/schema";
            boolean lines = plain.equals("application/x-ndjson");
            for (String part : lines ? answer.split("\n+") : new String[] {answer}) {
                check(at, JSON.readTree(part), "the answer", wrong);
            }
        }
    }

    /// What is wrong with an event of `/stream`; empty when it is as the contract says.
    ///
    /// @param data JSON
    public static List<String> event(String name, String data) {
        JsonNode events =
                CONTRACT.at(
                        "/paths/~1stream/get/responses/200/content/text~1event-stream/x-events");
        String reference = events.path(name).path("$ref").asString("");
        if (reference.isEmpty()) {
            return List.of("the contract has no event " + name);
        }
        List<String> wrong = new ArrayList<>();
        check(reference.substring(1), JSON.readTree(data), "the event " + name, wrong);
        return wrong;
    }

    private static List<String> request(Found found, String query, String body) {
        List<String> wrong = new ArrayList<>();
        Map<String, String> given = new LinkedHashMap<>();
        for (String pair : query.split("&")) {
            if (!pair.isEmpty()) {
                String[] parts = pair.split("=", 2);
                String name = URLDecoder.decode(parts[0], StandardCharsets.UTF_8);
                String value =
                        parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
                if (given.put(name, value) != null) {
                    wrong.add("the parameter " + name + " is given twice");
                }
            }
        }
        Set<String> known = new HashSet<>();
        String item = found.pointer().substring(0, found.pointer().lastIndexOf('/'));
        for (String list : List.of(item + "/parameters", found.pointer() + "/parameters")) {
            for (int i = 0; i < CONTRACT.at(list).size(); i++) {
                JsonNode written = CONTRACT.at(list + "/" + i);
                String at =
                        written.has("$ref")
                                ? written.path("$ref").asString().substring(1)
                                : list + "/" + i;
                JsonNode parameter = resolved(written);
                String name = parameter.path("name").asString();
                String in = parameter.path("in").asString();
                String value = in.equals("path") ? found.values().get(name) : given.get(name);
                if (in.equals("query")) {
                    known.add(name);
                }
                if (value == null) {
                    if (parameter.path("required").asBoolean(false)) {
                        wrong.add("the parameter " + name + " is missing");
                    }
                } else if (!in.equals("header")) {
                    JsonNode typed = typed(parameter.path("schema").path("type"), value);
                    check(at + "/schema", typed, "the parameter " + name, wrong);
                }
            }
        }
        given.keySet().stream()
                .filter(name -> !known.contains(name))
                .forEach(name -> wrong.add("the parameter " + name + " is not in the contract"));
        body(found, body, wrong);
        return wrong;
    }

    private static void body(Found found, String body, List<String> wrong) {
        JsonNode written = found.operation().path("requestBody");
        if (written.isMissingNode()) {
            if (!body.isEmpty() && !body.equals("{}")) {
                wrong.add("the request has a body where the contract has none");
            }
            return;
        }
        try {
            JsonNode json = body.isEmpty() ? NODES.objectNode() : JSON.readTree(body);
            String at = found.pointer() + "/requestBody/content/application~1json/schema";
            check(at, json, "the body", wrong);
        } catch (JacksonException e) {
            wrong.add("the body is no JSON: " + e.getOriginalMessage());
        }
    }

    /// What a text of a path or query stands for.
    private static JsonNode typed(JsonNode type, String text) {
        return switch (type.asString("")) {
            case "integer" ->
                    text.matches("-?[0-9]{1,18}")
                            ? NODES.numberNode(Long.parseLong(text))
                            : NODES.stringNode(text);
            case "boolean" ->
                    text.equals("true") || text.equals("false")
                            ? NODES.booleanNode(text.equals("true"))
                            : NODES.stringNode(text);
            default -> NODES.stringNode(text);
        };
    }

    private static void check(String pointer, JsonNode value, String what, List<String> wrong) {
        Schema schema = SCHEMAS.getSchema(SchemaLocation.of(PLACE + "#" + fragment(pointer)));
        schema.validate(value).forEach(error -> wrong.add(what + ": " + error));
    }

    /// A pointer as part of an address.
    private static String fragment(String pointer) {
        return pointer.replace("{", "%7B").replace("}", "%7D");
    }

    private static Found find(String method, String path) {
        String[] parts = path.split("/");
        Found best = null;
        for (Map.Entry<String, JsonNode> entry : CONTRACT.path("paths").properties()) {
            String[] template = entry.getKey().split("/");
            JsonNode found = entry.getValue().path(method.toLowerCase(Locale.ROOT));
            if (!found.isMissingNode() && fits(template, parts)) {
                Map<String, String> values = new LinkedHashMap<>();
                for (int i = 0; i < parts.length; i++) {
                    if (template[i].startsWith("{")) {
                        values.put(
                                template[i].substring(1, template[i].length() - 1),
                                URLDecoder.decode(parts[i], StandardCharsets.UTF_8));
                    }
                }
                String pointer =
                        "/paths/" + escaped(entry.getKey()) + "/" + method.toLowerCase(Locale.ROOT);
                if (best == null || values.size() < best.values().size()) {
                    best = new Found(found, pointer, values);
                }
            }
        }
        return best;
    }

    private static boolean fits(String[] template, String[] path) {
        boolean[] differs = {template.length != path.length};
        for (int i = 0; i < path.length && !differs[0]; i++) {
            differs[0] = !template[i].startsWith("{") && !template[i].equals(path[i]);
        }
        return !differs[0];
    }

    private static String escaped(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }

    private static JsonNode resolved(JsonNode node) {
        JsonNode reference = node.path("$ref");
        return reference.isMissingNode()
                ? node
                : resolved(CONTRACT.at(reference.asString("").substring(1)));
    }

    /// The contract in which what is composed of parts is one whole, and objects have nothing that
    /// they do not name.
    private static ObjectNode strict() {
        ObjectNode contract = (ObjectNode) Contract.read().json().deepCopy();
        for (JsonNode schema : contract.at("/components/schemas")) {
            if (schema.has("allOf")) {
                ObjectNode whole = (ObjectNode) schema;
                merge(contract, whole, whole);
                whole.remove("allOf");
            }
        }
        close(contract);
        return contract;
    }

    private static void merge(ObjectNode contract, ObjectNode whole, JsonNode part) {
        for (JsonNode each : part.path("allOf")) {
            JsonNode other =
                    each.has("$ref")
                            ? contract.at(each.path("$ref").asString().substring(1))
                            : each;
            merge(contract, whole, other);
            whole.put("type", "object");
            ObjectNode properties = whole.withObject("/properties");
            other.path("properties")
                    .properties()
                    .forEach(p -> properties.set(p.getKey(), p.getValue()));
            other.path("required").forEach(name -> whole.withArray("/required").add(name));
        }
    }

    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object
                && object.path("properties").isObject()
                && !object.has("additionalProperties")
                && types(object).contains("object")) {
            object.put("additionalProperties", false);
        }
        for (JsonNode each : node) {
            close(each);
        }
    }

    private static List<String> types(ObjectNode schema) {
        JsonNode type = schema.path("type");
        return type.isArray()
                ? type.valueStream().map(JsonNode::asString).toList()
                : Arrays.asList(type.asString(""));
    }
}
