package io.slipway.engine.grammar;

/// What is wrong with one value, and what to write instead.
public record Mistake(String message, String remedy) {}
