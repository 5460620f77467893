package io.slipway.web.cli.look;

import io.slipway.web.client.ApiClient;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;

/// Lists that the server gives page by page, as one.
final class Pages {
    private static final String PRODUCTION = "production";

    private Pages() {}

    /// @param path with a query
    /// @param list name of the list in the answer
    static ObjectNode all(ApiClient api, String path, String list) throws InterruptedException {
        ObjectNode whole = (ObjectNode) api.get(path);
        String next = whole.path("next").asString("");
        while (!next.isEmpty()) {
            JsonNode page = api.get(path + "&cursor=" + ApiClient.escaped(next));
            ((ArrayNode) whole.get(list)).addAll((ArrayNode) page.get(list));
            next = page.path("next").asString("");
        }
        return whole.putNull("next");
    }

    /// All of the fleet.
    ///
    /// @param filter `&q=shop`, or nothing
    static ObjectNode fleet(ApiClient api, String filter) throws InterruptedException {
        ObjectNode fleet = all(api, "/fleet?limit=200" + filter, "projects");
        Set<String> names =
                new TreeSet<>(
                        Comparator.comparing((String name) -> name.equals(PRODUCTION))
                                .thenComparing(name -> name));
        for (JsonNode project : fleet.path("projects")) {
            project.path("apps").forEach(app -> names.add(app.path("environment").asString("")));
        }
        ArrayNode environments = fleet.putArray("environments");
        names.forEach(environments::add);
        return fleet;
    }
}
