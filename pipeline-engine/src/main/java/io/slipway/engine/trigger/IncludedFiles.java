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

/// Pipeline files of this instance's projects, for those that include them.
///
/// @param everywhere the file that an operator has every project include; null: none
public record IncludedFiles(
        Database database, Repositories repositories, Inclusions.@Nullable Wanted everywhere) {
    /// The operator's file for one project; empty for the project that it is of.
    ///
    /// @param project `[group/]name`
    public Optional<Inclusions.Wanted> everywhere(String project) {
        return Optional.ofNullable(everywhere).filter(one -> !project.equals(one.project()));
    }

    /// A file at what its ref points to now, of at most 256 KiB.
    ///
    /// @param wanted of a named project
    /// @param mayRead whether who wants it may read a project, by its id; the operator's file is
    ///   everybody's
    /// @throws Fault CONFIGURATION when there is none; who may not read a project does not learn
    ///   whether there is one
    public Inclusions.Found find(Inclusions.Wanted wanted, LongPredicate mayRead) {
        String name = String.valueOf(wanted.project());
        Project project = wanted.equals(everywhere) ? everybodys(name) : project(name, mayRead);
        CommitId commit = commit(project, wanted.ref());
        SourceTree tree = repositories.tree(project.id(), commit);
        try {
            return new Inclusions.Found(Inclusions.own(tree, wanted).text(), commit.hex());
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
    private Project project(String name, LongPredicate mayRead) {
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
