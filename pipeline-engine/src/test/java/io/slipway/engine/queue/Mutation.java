package io.slipway.engine.queue;

/// A guard that is taken out.
///
/// @param in class that is patched
/// @param from text of a statement, or of a number, with single spaces
/// @param to what stands there instead
/// @param red the test that notices
record Mutation(String guard, String in, String from, String to, String red) {}
