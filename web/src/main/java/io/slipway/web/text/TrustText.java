package io.slipway.web.text;

import tools.jackson.databind.JsonNode;

/// What is said of sources that are a fork's: whom a project trusts, and what somebody agrees to.
public final class TrustText {
    private TrustText() {}

    /// @param all the answer of `/projects/{project}/trusted`
    public static String all(JsonNode all) {
        Columns lines = new Columns();
        for (JsonNode one : all.path("authors")) {
            String by = Said.text(one.path("addedBy"));
            lines.line(
                    Said.text(one.path("login")),
                    "id " + Said.text(one.path("id")),
                    by.isEmpty() ? "" : "by " + by);
        }
        return lines
                + (all.path("members").asBoolean(false)
                        ? "and everybody who may push to the forge's repository\n"
                        : "everybody else's forks wait for somebody who may roll out\n");
    }

    /// @param one the answer of a POST to `/projects/{project}/trusted`
    public static String added(String project, JsonNode one) {
        return project
                + " trusts "
                + Columns.clean(Said.text(one.path("login")))
                + " (id "
                + Columns.clean(Said.text(one.path("id")))
                + ")";
    }

    /// @param trust of the answer of `/projects/{project}/runs/{run}/approvals`
    public static String seen(JsonNode trust) {
        String author = Said.text(trust.path("author"));
        return "pull request "
                + trust.path("pullRequest").asInt()
                + (author.isEmpty() ? "" : " by " + Columns.clean(author))
                + ": commit "
                + Said.text(trust.path("commit"))
                + ", with the pipeline file of "
                + (trust.path("ownDefinition").asBoolean(false)
                        ? "the pull request"
                        : "its target");
    }
}
