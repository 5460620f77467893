package io.slipway.db;

/// The text of a jsonb value, as an argument of a statement.
public record Json(String text) {}
