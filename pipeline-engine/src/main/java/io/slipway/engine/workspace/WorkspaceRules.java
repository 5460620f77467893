package io.slipway.engine.workspace;

import io.slipway.engine.grammar.Findings;
import io.slipway.engine.grammar.Mistake;
import io.slipway.engine.grammar.Nearest;
import io.slipway.engine.grammar.Quoted;
import io.slipway.engine.yaml.Node;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What the keys around a job's steps say of each other. Looks only at what has the right shape.
public final class WorkspaceRules {
    /// As many have an address in a job's network, and some to spare.
    private static final int MOST_SERVICES = 10;

    private final String path;
    private final Node.Fields job;
    private final Findings findings;

    /// @param path of the job, such as `jobs.test`
    public WorkspaceRules(String path, Node.Fields job, Findings findings) {
        this.path = path;
        this.job = job;
        this.findings = findings;
    }

    /// Adds what is wrong.
    public void check() {
        if (job.get("services") instanceof Node.Fields services) {
            if (services.fields().size() > MOST_SERVICES) {
                String message = "there are " + services.fields().size() + " services";
                add(services, path + ".services", message, "at most " + MOST_SERVICES + " go");
            }
            for (Node.Field service : services.fields()) {
                if (service.value() instanceof Node.Fields keys
                        && keys.get("ready") instanceof Node.Fields ready) {
                    ready(path + ".services." + Quoted.plain(service.key().value()), ready);
                }
            }
        }
        each("cache", this::tool);
        each("artifacts", entry -> {});
    }

    private interface Entry {
        void text(Node.Text entry);
    }

    private void ready(String service, Node.Fields ready) {
        Node tcp = ready.get("tcp");
        Node http = ready.get("http");
        Node port = ready.get("port");
        if (tcp != null && http != null) {
            add(http, service + ".ready", "'tcp' and 'http' exclude each other", "remove one");
        } else if (tcp == null && http == null) {
            add(ready, service + ".ready", "nothing is asked", "write tcp: 5432");
        } else if (http != null && port == null) {
            String message = "'port' is missing: a path is asked at a port";
            add(http, service + ".ready", message, "write { http: /healthz, port: 8080 }");
        } else if (tcp != null && port != null) {
            add(port, service + ".ready", "'port' belongs to 'http'", "remove it");
        }
    }

    /// A word that is no tool is a path only when it looks like one: a tool that is misspelt must
    /// not become a folder that nobody writes.
    private void tool(Node.Text entry) {
        String word = entry.value();
        if (Cache.tools().contains(word) || !word.matches("[A-Za-z0-9-]+")) {
            return;
        }
        String folder = "a folder is written ./" + word;
        add(
                entry,
                path + ".cache",
                Quoted.of(word) + " is no tool that is known",
                Nearest.to(word, Cache.tools())
                        .map(near -> "did you mean '" + near + "'? " + folder)
                        .orElse(folder));
    }

    private void each(String key, Entry checked) {
        Set<String> seen = new HashSet<>();
        for (Node item : items(job.get(key))) {
            Node value = item instanceof Node.Fields fields ? fields.get("path") : item;
            if (item instanceof Node.Text text) {
                checked.text(text);
            }
            if (value instanceof Node.Text text && !seen.add(text.value())) {
                add(
                        text,
                        path + "." + key,
                        Quoted.of(text.value()) + " is there twice",
                        "remove one");
            }
        }
    }

    private static List<Node> items(@Nullable Node node) {
        return node instanceof Node.Items items ? items.items() : List.of();
    }

    private void add(Node at, String key, String message, String remedy) {
        findings.add(at.at(), key, new Mistake(message, remedy));
    }
}
