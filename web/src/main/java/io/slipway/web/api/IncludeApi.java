package io.slipway.web.api;

import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Subject;
import io.slipway.engine.definition.Inclusions;
import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.trigger.IncludedFiles;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/// Pipeline files that definitions include, for a command line that plans without a push.
public final class IncludeApi {
    private final IncludedFiles files;

    /// Adds the operations.
    public IncludeApi(Api api, IncludedFiles files) {
        this.files = files;
        api.get("/projects/:project/file", this::one);
        api.get("/include", this::everywhere);
    }

    private record View(
            String project,
            @Nullable String ref,
            String file,
            @Nullable String commit,
            @Nullable String text,
            @Nullable String problem,
            @Nullable String remedy) {}

    private Object one(ApiRequest request) {
        Optional<String> path = Amounts.path(request.query("path", ""));
        if (path.isEmpty() || path.get().isEmpty()) {
            throw ApiRequest.bad("path", "is no path of a file");
        }
        return view(
                request.caller(),
                new Inclusions.Wanted(request.path("project"), request.query("ref"), path.get()));
    }

    /// It is everybody's: whoever is signed in may see it.
    private @Nullable Object everywhere(ApiRequest request) {
        return files.everywhere(request.query("project", ""))
                .map(wanted -> view(request.caller(), wanted))
                .orElse(null);
    }

    private View view(Caller caller, Inclusions.Wanted wanted) {
        String project = String.valueOf(wanted.project());
        try {
            Inclusions.Found found =
                    files.find(
                            wanted,
                            id -> Access.may(caller, Right.READ, new Subject.OfProject(id)));
            return new View(
                    project, wanted.ref(), wanted.file(), found.commit(), found.text(), null, null);
        } catch (Fault fault) {
            if (fault.kind() != Fault.Kind.CONFIGURATION) {
                throw fault;
            }
            return new View(
                    project,
                    wanted.ref(),
                    wanted.file(),
                    null,
                    null,
                    fault.message(),
                    fault.remedy());
        }
    }
}
