package io.slipway.engine.secret;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/// Where a value stands; a sealed value opens nowhere else.
///
/// @param app null: every app of the project
record Place(long projectId, @Nullable String app, String name) {
    /// A text of its own for each place: every part carries its length.
    byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(projectId);
            out.writeBoolean(app != null);
            out.writeUTF(app == null ? "" : app);
            out.writeUTF(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
