package io.slipway.engine.trigger;

import io.slipway.engine.definition.Inclusions;
import io.slipway.engine.source.SourceTree;

import java.util.Optional;
import java.util.function.LongPredicate;

/// Files that a definition includes, from its own commit and from other projects of the instance
/// that whoever pushes may read. A ref is looked up once: what is planned is pinned to that commit.
///
/// @param project `[group/]name` of the definition
/// @param tree the commit that the definition is of
/// @param mayRead whether whoever pushes may read a project, by its id
public record ProjectInclusions(
        IncludedFiles files, String project, SourceTree tree, LongPredicate mayRead)
        implements Inclusions {
    @Override
    public Optional<Wanted> everywhere() {
        return files.everywhere(project);
    }

    @Override
    public Optional<Found> find(Wanted wanted) {
        return Optional.of(
                wanted.project() == null
                        ? Inclusions.own(tree, wanted)
                        : files.find(wanted, mayRead));
    }
}
