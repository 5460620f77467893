package io.slipway.web.settings;

import io.slipway.engine.blob.S3Bucket;
import io.slipway.engine.secret.Secret;
import io.slipway.web.settings.Sources.Wrong;

import org.jspecify.annotations.Nullable;

import java.net.URI;

/// Makes the settings of the bucket of texts.
final class BucketReader {
    private final Sources sources;

    BucketReader(Sources sources) {
        this.sources = sources;
    }

    /// @return null where bytes are kept in the data folder
    @Nullable S3Bucket read() {
        String name = sources.value(Setting.S3_BUCKET, BucketReader::name).orElse(null);
        URI endpoint = sources.value(Setting.S3_ENDPOINT, Values::url).orElse(null);
        String region = sources.value(Setting.S3_REGION, BucketReader::region).orElse("us-east-1");
        String prefix = sources.value(Setting.S3_PREFIX, BucketReader::prefix).orElse("");
        boolean path =
                sources.value(Setting.S3_STYLE, text -> path(text, endpoint != null))
                        .orElse(endpoint != null);
        String access = sources.text(Setting.S3_ACCESS_KEY).orElse(null);
        Secret secret = sources.value(Setting.S3_SECRET_KEY, Secret::of).orElse(null);
        boolean other = endpoint != null || access != null || secret != null;
        if (name == null) {
            if (other) {
                sources.mistakes()
                        .add("there are settings of a bucket, and SLIPWAY_S3_BUCKET is not set");
            }
            return null;
        }
        if ((access == null) != (secret == null)) {
            sources.mistakes()
                    .add(
                            "SLIPWAY_S3_ACCESS_KEY and SLIPWAY_S3_SECRET_KEY belong together: one"
                                    + " of them is not set");
            return null;
        }
        S3Bucket.Keys keys =
                access == null || secret == null ? null : new S3Bucket.Keys(access, secret);
        return new S3Bucket(endpoint, name, region, prefix, path, keys);
    }

    private static String name(String text) {
        if (text.matches("[a-z0-9][-a-z0-9.]{1,61}[a-z0-9]")) {
            return text;
        }
        throw new Wrong("write a bucket's name, such as slipway");
    }

    private static String region(String text) {
        if (text.matches("[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?")) {
            return text;
        }
        throw new Wrong("write a region, such as eu-central-1");
    }

    private static String prefix(String text) {
        String prefix = text.endsWith("/") ? text : text + "/";
        if (prefix.matches("([A-Za-z0-9._-]+/)+")) {
            return prefix;
        }
        throw new Wrong("write names with / between them, such as slipway/");
    }

    private static boolean path(String text, boolean usual) {
        return switch (text) {
            case "path" -> true;
            case "host" -> false;
            case "auto" -> usual;
            default -> throw new Wrong("write auto, path or host");
        };
    }
}
