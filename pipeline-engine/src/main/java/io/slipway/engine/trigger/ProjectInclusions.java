package io.slipway.engine.trigger;

import io.slipway.db.Database;
import io.slipway.engine.definition.Inclusions;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.source.Branches;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Refs;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.source.SourceTree;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.function.LongPredicate;

/// Files that a definition includes, from its own commit and from other projects of the instance
/// that whoever pushes may read. A ref is looked up once: what is planned is pinned to that commit.
final class ProjectInclusions implements Inclusions {
    private final Database database;
    private final Repositories repositories;
    private final SourceTree tree;
    private final LongPredicate mayRead;
    private final @Nullable Wanted everywhere;

    /// @param tree the commit that the definition is of
    /// @param mayRead whether whoever pushes may read a project, by its id
    /// @param everywhere the file that an operator has every project include: whoever pushes needs
    ///   no right for it
    ProjectInclusions(
            Database database,
            Repositories repositories,
            SourceTree tree,
            LongPredicate mayRead,
            @Nullable Wanted everywhere) {
        this.everywhere = everywhere;
        this.database = database;
        this.repositories = repositories;
        this.tree = tree;
        this.mayRead = mayRead;
    }

    @Override
    public Optional<Wanted> everywhere() {
        return Optional.ofNullable(everywhere);
    }

    @Override
    public Optional<Found> find(Wanted wanted) {
        String name = wanted.project();
        if (name == null) {
            return Optional.of(Inclusions.own(tree, wanted));
        }
        Project project = wanted.equals(everywhere) ? everybodys(name) : project(name);
        CommitId commit = commit(project, wanted.ref());
        SourceTree other = repositories.tree(project.id(), commit);
        try {
            return Optional.of(new Found(Inclusions.own(other, wanted).text(), commit.hex()));
        } catch (Fault fault) {
            if (fault.kind() != Fault.Kind.CONFIGURATION) {
                throw fault;
            }
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    fault.message() + " in " + name + " at " + commit.brief(),
                    fault.remedy());
        }
    }

    private Project everybodys(String name) {
        return database.read(tx -> Projects.find(tx, ProjectName.parse(name)))
                .orElseThrow(
                        () ->
                                new Fault(
                                        Fault.Kind.CONFIGURATION,
                                        "there is no project " + name,
                                        "make it, or have an operator correct the setting"));
    }

    /// Who may not read a project does not learn whether there is one.
    private Project project(String name) {
        Optional<Project> found = database.read(tx -> Projects.find(tx, ProjectName.parse(name)));
        return found.filter(project -> mayRead.test(project.id()))
                .orElseThrow(
                        () ->
                                new Fault(
                                        Fault.Kind.CONFIGURATION,
                                        "there is no project " + name + " that you may read",
                                        "correct the name, or ask for the right to read it"));
    }

    private CommitId commit(Project project, @Nullable String ref) {
        String name = ref == null ? project.defaultBranch() : ref;
        Branches branches = repositories.branches(project.id());
        return Optional.ofNullable(name)
                .flatMap(
                        known ->
                                branches.at(Refs.TAGS + known)
                                        .or(() -> branches.at(Refs.HEADS + known)))
                .flatMap(branches::commitOf)
                .orElseThrow(
                        () ->
                                new Fault(
                                        Fault.Kind.CONFIGURATION,
                                        "there is no tag or branch "
                                                + (name == null ? "yet" : name)
                                                + " in "
                                                + project.name(),
                                        "write one that exists"));
    }
}
