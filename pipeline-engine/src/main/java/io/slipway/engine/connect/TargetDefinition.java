package io.slipway.engine.connect;

import io.slipway.engine.definition.Definition;
import io.slipway.engine.source.SourceTree;

import java.util.List;
import java.util.Optional;

/// The files of a pull request, with the pipeline file of the branch that it wants to go to: who
/// may not push does not say what runs.
record TargetDefinition(SourceTree head, SourceTree target) implements SourceTree {
    private SourceTree of(String path) {
        return path.equals(Definition.FILE) ? target : head;
    }

    @Override
    public Optional<byte[]> file(String path, int cap) {
        return of(path).file(path, cap);
    }

    @Override
    public List<Entry> list(String path) {
        return of(path).list(path);
    }

    @Override
    public Optional<Kind> at(String path) {
        return of(path).at(path);
    }
}
