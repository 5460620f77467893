package io.slipway.web.registry;

import io.slipway.engine.image.RegistryRefusal;
import io.slipway.engine.image.RegistryRefusal.Code;
import io.slipway.engine.image.RepositoryName;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a path below `/v2/` names.
///
/// @param reference a tag, a digest or an upload's id; empty where there is none
record RegistryPath(RepositoryName repository, Kind kind, String reference) {
    private static final Pattern PATTERN =
            Pattern.compile(
                    "/v2/([a-z0-9][-a-z0-9/]{0,254}?)/(?:(blobs)/(uploads)/?([^/]*)"
                            + "|(blobs|manifests|referrers)/([^/]+)|tags/(list))");

    /// What is below a repository.
    enum Kind {
        /// Bytes by digest.
        BLOB,
        /// The way bytes come in.
        UPLOAD,
        /// A manifest by tag or digest.
        MANIFEST,
        /// All tags.
        TAGS,
        /// What refers to a manifest.
        REFERRERS
    }

    /// @throws RegistryRefusal NAME_INVALID when it names nothing
    static RegistryPath parse(String path) {
        Matcher found = PATTERN.matcher(path);
        if (!found.matches()) {
            throw new RegistryRefusal(Code.NAME_INVALID, "there is nothing of that name");
        }
        RepositoryName repository = RepositoryName.parse(found.group(1));
        if (found.group(3) != null) {
            return new RegistryPath(repository, Kind.UPLOAD, found.group(4));
        }
        if (found.group(7) != null) {
            return new RegistryPath(repository, Kind.TAGS, "");
        }
        Kind kind =
                switch (found.group(5)) {
                    case "blobs" -> Kind.BLOB;
                    case "manifests" -> Kind.MANIFEST;
                    default -> Kind.REFERRERS;
                };
        return new RegistryPath(repository, kind, found.group(6));
    }
}
