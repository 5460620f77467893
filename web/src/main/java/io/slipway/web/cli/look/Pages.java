package io.slipway.web.cli.look;

import io.slipway.web.client.ApiClient;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;

/// The fleet, which the server gives page by page, as one.
final class Pages {
    private static final String PRODUCTION = "production";

    private Pages() {}

    /// All of the fleet.
    ///
    /// @param filter `&q=shop`, or nothing
    static ObjectNode fleet(ApiClient api, String filter) throws InterruptedException {
        ObjectNode fleet = api.getAll("/fleet?limit=200" + filter, "projects");
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
