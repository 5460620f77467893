package io.slipway.engine.image;

import io.slipway.engine.image.ImageBuilder.Dockerfile;
import io.slipway.engine.source.SourceFolder;
import io.slipway.engine.source.TarStream;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// A folder of a commit as a build context, without what its `.dockerignore` keeps out. The
/// Dockerfile is always in it. Every file has the commit's time, so that the same sources are found
/// in the builder's cache.
final class BuildContext implements ImageBuilder.Context {
    private final SourceFolder folder;
    private final IgnoreFile ignored;

    BuildContext(SourceFolder folder, IgnoreFile ignored) {
        this.folder = folder;
        this.ignored = ignored;
    }

    @Override
    public void writeTar(OutputStream out, Dockerfile dockerfile) throws IOException {
        try (TarStream tar = new TarStream(out, 0)) {
            folder.writeTo(tar, path -> !path.equals(dockerfile.path()) && !ignored.ignores(path));
            tar.file(dockerfile.path(), dockerfile.text().getBytes(StandardCharsets.UTF_8), 0);
        }
    }
}
