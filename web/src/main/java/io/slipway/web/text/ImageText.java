package io.slipway.web.text;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.Locale;

/// An image, with what it is made of.
public final class ImageText {
    private static final double MB = 1_000_000;
    private static final int SHOWN = 19;

    private ImageText() {}

    /// What the image's page says.
    ///
    /// @param answer of `/projects/{project}/images/{image}`
    public static String page(JsonNode answer) {
        return of(answer, true);
    }

    /// What `slipway image` prints.
    ///
    /// @param answer of `/projects/{project}/images/{image}`
    /// @param layers whether each layer and each step is told
    public static String of(JsonNode answer, boolean layers) {
        JsonNode image = answer.path("image");
        Columns head = new Columns();
        String run = image.path("run").isNumber() ? "run " + image.path("run").asInt() : "";
        head.line(
                Said.text(image.path("app")) + " image " + image.path("id").asLong(),
                Said.at(image.path("createdAt")),
                Said.commit(image),
                run);
        StringBuilder text = new StringBuilder(head.toString());
        text.append("  ").append(Columns.clean(Said.text(image.path("repository"))));
        text.append('@').append(Columns.clean(Said.text(image.path("digest")))).append('\n');
        text.append("  ").append(Columns.clean(Said.text(image.path("platform"))));
        text.append(", ").append(size(image.path("size").asLong())).append('\n');
        text.append(image.path("removedAt").isNull() ? "" : "  its bytes are not kept any more\n");
        difference(text, answer);
        if (layers) {
            layers(text, answer.path("layers"));
            steps(text, answer.path("steps"));
        }
        return text.toString();
    }

    private static void difference(StringBuilder text, JsonNode answer) {
        JsonNode before = answer.path("before");
        int all = answer.path("layers").size();
        if (all > 0) {
            int shared = 0;
            long fresh = 0;
            for (JsonNode layer : answer.path("layers")) {
                shared += layer.path("shared").asBoolean(false) ? 1 : 0;
                fresh += layer.path("shared").asBoolean(false) ? 0 : layer.path("size").asLong();
            }
            text.append("  ").append(all).append(all == 1 ? " layer" : " layers");
            text.append(
                    before.isObject()
                            ? ", %d of them as in image %d; %s new, compressed\n"
                                    .formatted(shared, before.path("id").asLong(), size(fresh))
                            : ", the app's first image\n");
        }
        if (before.isObject()) {
            long more = answer.path("image").path("size").asLong() - before.path("size").asLong();
            String word = more == 0 ? "as large as" : size(Math.abs(more)) + sign(more);
            text.append("  ").append(word).append(" image ");
            text.append(before.path("id").asLong()).append('\n');
        }
    }

    private static String sign(long more) {
        return more > 0 ? " more than" : " less than";
    }

    private static void layers(StringBuilder text, JsonNode layers) {
        Columns lines = new Columns();
        int number = 0;
        for (JsonNode layer : layers) {
            String digest = Said.text(layer.path("digest"));
            lines.line(
                    "  layer " + ++number,
                    size(layer.path("size").asLong()),
                    layer.path("shared").asBoolean(false) ? "shared" : "new",
                    digest.length() > SHOWN ? digest.substring(0, SHOWN) : digest);
        }
        text.append(lines);
    }

    private static void steps(StringBuilder text, JsonNode steps) {
        Columns lines = new Columns();
        for (JsonNode step : steps) {
            String outcome = Said.text(step.path("outcome"));
            JsonNode took = step.path("took");
            lines.line(
                    "  " + (outcome.isEmpty() ? "○" : Said.mark(outcome)),
                    took.isNumber() ? Said.time(Duration.ofMillis(took.asLong())) : "",
                    Said.text(step.path("name")),
                    Said.text(step.path("note")));
        }
        text.append(lines);
    }

    /// Of an image or a layer: `2.0 MB`, `214 MB`.
    private static String size(long bytes) {
        return bytes < 10 * MB
                ? String.format(Locale.ROOT, "%.1f MB", bytes / MB)
                : Math.round(bytes / MB) + " MB";
    }
}
