package io.slipway.web.overview;

import io.slipway.web.api.ApiRequest;

import org.jspecify.annotations.Nullable;

/// Where a list goes on: behind the last row of a page. What is added later moves nothing.
final class Cursor {
    private Cursor() {}

    static String text(long id) {
        return Long.toString(id, 36);
    }

    /// @return an id that the next rows are below; the largest when nothing is given
    static long read(@Nullable String cursor) {
        if (cursor == null || cursor.isEmpty()) {
            return Long.MAX_VALUE;
        }
        if (!cursor.matches("[0-9a-z]{1,12}")) {
            throw ApiRequest.bad("cursor", "is none that was given out");
        }
        return Long.parseLong(cursor, 36);
    }
}
