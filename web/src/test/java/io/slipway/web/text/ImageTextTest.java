package io.slipway.web.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ImageTextTest {
    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    private static final String IMAGE =
            """
            {'id': 12, 'app': 'web', 'repository': 'shop/web', 'digest': 'sha256:aa', 'platform': 'linux/amd64', 'size': 214400000,
             'commit': '9f2c1ab77', 'run': 41, 'createdAt': '2026-11-23T02:10:03Z', 'removedAt': null}
            """;

    private static final String BEFORE =
            """
            {'id': 11, 'app': 'web', 'repository': 'shop/web', 'digest': 'sha256:bb', 'platform': 'linux/amd64', 'size': 196000000,
             'commit': '4be0a1733', 'run': 40, 'createdAt': '2026-11-22T02:10:03Z', 'removedAt': null}
            """;

    private static final String LAYERS =
            """
            [{'digest': 'sha256:0123456789abcdef0123456789abcdef', 'size': 29100000, 'shared': true},
             {'digest': 'sha256:fedcba9876543210fedcba9876543210', 'size': 2040000, 'shared': false}]
            """;

    private static final String STEPS =
            """
            [{'name': 'FROM busybox', 'outcome': 'succeeded', 'note': 'cached', 'took': 0},
             {'name': 'COPY . .', 'outcome': 'succeeded', 'note': null, 'took': 64000},
             {'name': 'RUN make', 'outcome': null, 'note': null, 'took': null}]
            """;

    @Test
    void anImageIsToldWithWhatItHasThatTheOneBeforeHadNot() {
        JsonNode answer =
                json(
                        "{'image': %s, 'layers': %s, 'steps': %s, 'before': %s}"
                                .formatted(IMAGE, LAYERS, STEPS, BEFORE));
        String head =
                """
                web image 12  2026-11-23 02:10:03  9f2c1ab  run 41
                  shop/web@sha256:aa
                  linux/amd64, 214 MB
                  2 layers, 1 of them as in image 11; 2.0 MB new, compressed
                  18 MB more than image 11
                """;
        assertThat(ImageText.of(answer, false)).isEqualTo(head);
        assertThat(ImageText.page(answer))
                .isEqualTo(
                        head
                                + """
                                  layer 1  29 MB   shared  sha256:0123456789ab
                                  layer 2  2.0 MB  new     sha256:fedcba987654
                                  ✓  0s      FROM busybox  cached
                                  ✓  1m 04s  COPY . .
                                  ○          RUN make
                                """);
    }

    @Test
    void theFirstImageAndOneWhoseBytesAreGoneSaySo() {
        JsonNode first =
                json(
                        "{'image': %s, 'layers': %s, 'steps': [], 'before': null}"
                                .formatted(IMAGE.replace("'run': 41", "'run': null"), LAYERS));
        assertThat(ImageText.of(first, false))
                .isEqualTo(
                        """
                        web image 12  2026-11-23 02:10:03  9f2c1ab
                          shop/web@sha256:aa
                          linux/amd64, 214 MB
                          2 layers, the app's first image
                        """);
        JsonNode gone =
                json(
                        "{'image': %s, 'layers': [], 'steps': [], 'before': %s}"
                                .formatted(
                                        IMAGE.replace(
                                                "'removedAt': null",
                                                "'removedAt': '2026-12-01T00:00:00Z'"),
                                        BEFORE.replace("196000000", "214400000")));
        assertThat(ImageText.of(gone, true))
                .isEqualTo(
                        """
                        web image 12  2026-11-23 02:10:03  9f2c1ab  run 41
                          shop/web@sha256:aa
                          linux/amd64, 214 MB
                          its bytes are not kept any more
                          as large as image 11
                        """);
    }
}
