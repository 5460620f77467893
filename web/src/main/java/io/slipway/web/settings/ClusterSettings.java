package io.slipway.web.settings;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/// The cluster where jobs run.
///
/// @param kubeconfig a file; null: inside a cluster the account of the own pod, else what `kubectl`
///   takes
/// @param namespace of the pods
/// @param helper reference of the helper image
/// @param policies whether the cluster enforces policies for the network
public record ClusterSettings(
        @Nullable Path kubeconfig, String namespace, String helper, boolean policies) {}
