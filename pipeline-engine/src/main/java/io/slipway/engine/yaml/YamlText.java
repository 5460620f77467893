package io.slipway.engine.yaml;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What a text was read as.
///
/// @param root null when the text holds nothing but space and comments, or could not be read
/// @param flaws sorted by place; with any, the tree may lack parts
public record YamlText(@Nullable Node root, List<YamlFlaw> flaws) {}
