package io.slipway.web.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class ManifestTextTest {
    private static Map<String, Object> object(
            String name, @Nullable String now, @Nullable String then, @Nullable String refused) {
        Map<String, Object> object = new HashMap<>();
        object.put("name", name);
        object.put("manifest", "---\nname: \"" + name + "\"\n");
        object.put("now", now);
        object.put("then", then);
        object.put("refused", refused);
        return object;
    }

    @SafeVarargs
    private static JsonNode answer(Map<String, Object>... objects) {
        return JsonMapper.shared().valueToTree(Map.of("objects", List.of(objects)));
    }

    private static String lines(String... lines) {
        return "---\n" + String.join("\n", Arrays.asList(lines)) + "\n";
    }

    @Test
    void objectsAreOneStreamOfDocuments() {
        assertThat(
                        ManifestText.of(
                                answer(
                                        object("service/a", null, null, null),
                                        object("deployment/a", null, null, null))))
                .isEqualTo("---\nname: \"service/a\"\n---\nname: \"deployment/a\"\n");
    }

    @Test
    void whatDiffersIsShownWithWhatIsAroundIt() {
        String now = lines("a", "b", "c", "d", "old", "e", "f", "g", "h", "i", "j", "gone", "k");
        String then = lines("a", "b", "c", "d", "new", "e", "f", "g", "h", "i", "j", "k", "more");

        assertThat(
                        ManifestText.difference(
                                answer(
                                        object("service/a", now, then, null),
                                        object("service/same", now, now, null))))
                .isEqualTo(
                        """
                        ~ service/a
                            c
                            d
                          - old
                          + new
                            e
                            f
                            ...
                            i
                            j
                          - gone
                            k
                          + more
                        """);
    }

    @Test
    void whatIsNotThereIsNewAndWhatIsRefusedSaysWhy() {
        assertThat(
                        ManifestText.difference(
                                answer(
                                        object("service/a", "", lines("kind: Service"), null),
                                        object(
                                                "deployment/a",
                                                lines("x"),
                                                null,
                                                "spec.replicas belongs to kubectl"))))
                .isEqualTo(
                        """
                        + service/a
                          + kind: Service
                        ! deployment/a
                          spec.replicas belongs to kubectl
                        """);
    }

    @Test
    void nothingWouldChange() {
        assertThat(ManifestText.difference(answer(object("a/b", lines("x"), lines("x"), null))))
                .isEqualTo("nothing would change\n");
    }
}
