package io.slipway.web.api;

import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.http.BodyInput;
import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

import java.io.IOException;
import java.util.List;

/// A request of somebody who is known, with its parts checked as they are asked for.
public final class ApiRequest {
    private static final int BODY_CAP = 256 << 10;

    private final RoutingContext context;
    private final Caller caller;
    private final Context vertxContext;
    private byte @Nullable [] body;

    ApiRequest(RoutingContext context, Caller caller, Context vertxContext) {
        this.context = context;
        this.caller = caller;
        this.vertxContext = vertxContext;
    }

    /// The request and its response.
    public RoutingContext context() {
        return context;
    }

    /// Of the connection's event loop.
    public Context vertxContext() {
        return vertxContext;
    }

    /// Who asks.
    public Caller caller() {
        return caller;
    }

    /// The project of the path, if the caller has the right there; else as if there were none.
    public Project project(Tx tx, Right right) {
        Project project = Projects.get(tx, ProjectName.parse(path("project")));
        Access.require(caller, right, project);
        return project;
    }

    public String path(String name) {
        String value = context.pathParam(name);
        if (value == null || value.length() > 200) {
            throw bad("the path", "has no " + name);
        }
        return value;
    }

    public long pathNumber(String name) {
        return number(name, path(name));
    }

    /// A number of the project's own; one that is too large is that of nothing.
    public int pathInteger(String name) {
        return (int) Math.min(pathNumber(name), Integer.MAX_VALUE);
    }

    /// A parameter of the query; null when it is not given.
    public @Nullable String query(String name) {
        List<String> values = context.queryParam(name);
        if (values.size() > 1) {
            throw bad(name, "is given twice");
        }
        String value = values.isEmpty() ? null : values.getFirst();
        if (value != null && value.length() > 4_000) {
            throw bad(name, "is too long");
        }
        return value;
    }

    public String query(String name, String fallback) {
        String value = query(name);
        return value == null ? fallback : value;
    }

    public int query(String name, int fallback, int most) {
        String value = query(name);
        long number = value == null ? fallback : number(name, value);
        if (number < 0 || number > most) {
            throw bad(name, "is not between 0 and " + most);
        }
        return (int) number;
    }

    private static long number(String name, String text) {
        if (!text.matches("[0-9]{1,15}")) {
            throw bad(name, "is no number");
        }
        return Long.parseLong(text);
    }

    /// The body as it came, of at most 256 KiB.
    byte[] bytes() throws IOException {
        if (body == null) {
            body = BodyInput.of(context.request(), vertxContext).readNBytes(BODY_CAP + 1);
        }
        if (body.length > BODY_CAP) {
            throw bad("the body", "is larger than 256 KiB");
        }
        return body;
    }

    /// The body, of at most 256 KiB; an empty one is `{}`.
    public <T> T body(Class<T> type) throws IOException {
        byte[] bytes = bytes();
        try {
            byte[] json = bytes.length == 0 ? new byte[] {'{', '}'} : bytes;
            T value = ApiFaults.JSON.readValue(json, type);
            if (value == null) {
                throw bad("the body", "is null");
            }
            return value;
        } catch (UnrecognizedPropertyException e) {
            throw bad("the body", "has the unknown field " + e.getPropertyName());
        } catch (JacksonException e) {
            throw bad("the body", "is not the JSON expected: " + e.getOriginalMessage());
        }
    }

    /// The request is not as the contract says: `bad("topics", "is missing")`.
    public static Fault bad(String what, String why) {
        return new Fault(
                Kind.CONFIGURATION,
                "cannot take the request: " + what + " " + why,
                "see /api/v1/openapi.yaml");
    }
}
