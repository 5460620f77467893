package io.slipway.web.git;

import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.account.TokenDoor;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.fault.Fault;
import io.slipway.web.http.BodyInput;
import io.slipway.web.http.BodyOutput;
import io.slipway.web.http.FaultAnswer;
import io.slipway.web.http.Handover;
import io.slipway.web.http.Way;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/// Git's smart HTTP protocol at `/[group/]name.git`: clone, fetch and push.
public final class GitHandler {
    private static final String FETCH = "git-upload-pack";
    private static final String PUSH = "git-receive-pack";

    private final GitHost host;
    private final Handover handover;
    private final Doorkeeper doorkeeper;
    private final Receiving receiving;

    public GitHandler(GitHost host, Handover handover, TokenDoor tokens) {
        this.host = host;
        this.handover = handover;
        this.doorkeeper = new Doorkeeper(tokens);
        this.receiving = new Receiving(host);
    }

    /// Takes its paths.
    public void mount(Router router) {
        router.routeWithRegex(GitPath.PATTERN).handler(handover.to(this::handle, FaultAnswer.TEXT));
    }

    private void handle(RoutingContext context) throws IOException {
        HttpServerRequest request = context.request();
        Optional<GitPath> path = GitPath.parse(String.valueOf(request.path()));
        if (path.isEmpty()) {
            throw new Fault(Fault.Kind.NOT_FOUND, "cannot find it: it is no repository", "");
        }
        Optional<Caller> caller =
                doorkeeper.caller(request.getHeader("Authorization"), Way.of(request));
        if (caller.isEmpty()) {
            unknown(context);
            return;
        }
        context.response().putHeader("Cache-Control", "no-cache, max-age=0, must-revalidate");
        ProjectName project = path.get().project();
        switch (path.get().action()) {
            case REFS -> refs(context, caller.get(), project);
            case FETCH -> fetch(context, caller.get(), project);
            case PUSH -> push(context, caller.get(), project);
        }
    }

    private static void unknown(RoutingContext context) {
        context.response()
                .setStatusCode(401)
                .putHeader("WWW-Authenticate", "Basic realm=\"Slipway\", charset=\"UTF-8\"")
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .end("Slipway does not know this token: any user name, the token as password\n");
        Handover.drain(context);
    }

    private void refs(RoutingContext context, Caller caller, ProjectName name) throws IOException {
        must(context, HttpMethod.GET, null);
        String service = String.valueOf(context.request().getParam("service"));
        if (!service.equals(FETCH) && !service.equals(PUSH)) {
            throw new Fault(
                    Fault.Kind.PERMISSION,
                    "cannot answer: only git's smart protocol is spoken here",
                    "use git 1.6.6 or newer");
        }
        Optional<Project> project = find(name);
        boolean pushes = service.equals(PUSH);
        allow(caller, name, project, pushes);
        HttpServerResponse response = context.response();
        response.putHeader("Content-Type", "application/x-" + service + "-advertisement");
        BodyOutput out = BodyOutput.of(context);
        if (pushes) {
            receiving.advertise(project.map(Project::id), out);
        } else {
            Fetching.advertise(opened(project), protocol(context), out);
        }
        out.close();
    }

    private void fetch(RoutingContext context, Caller caller, ProjectName name) throws IOException {
        must(context, HttpMethod.POST, "application/x-git-upload-pack-request");
        Optional<Project> project = find(name);
        allow(caller, name, project, false);
        context.response().putHeader("Content-Type", "application/x-git-upload-pack-result");
        InputStream in = new CappedInput(body(context), host.limits().requestBytes());
        BodyOutput out = BodyOutput.of(context);
        Fetching.fetch(opened(project), protocol(context), in, out);
        out.close();
    }

    /// A project whose first push was cut off has no repository yet.
    private Repository opened(Optional<Project> project) {
        long id = project.orElseThrow().id();
        host.repositories().create(id);
        return host.repositories().open(id);
    }

    private void push(RoutingContext context, Caller caller, ProjectName name) throws IOException {
        must(context, HttpMethod.POST, "application/x-git-receive-pack-request");
        allow(caller, name, find(name), true);
        context.response().putHeader("Content-Type", "application/x-git-receive-pack-result");
        BodyOutput out = BodyOutput.of(context);
        receiving.receive(caller, name, body(context), out);
        out.close();
        Handover.drain(context);
    }

    private Optional<Project> find(ProjectName name) {
        return host.database().read(tx -> Projects.find(tx, name));
    }

    private static void allow(
            Caller caller, ProjectName name, Optional<Project> project, boolean pushes) {
        if (project.isPresent()) {
            Access.require(caller, pushes ? Right.PUSH : Right.READ, project.get());
        } else if (pushes) {
            Access.requireInstance(caller, Right.CREATE_PROJECT);
        } else {
            throw Projects.missing(name);
        }
    }

    private static void must(RoutingContext context, HttpMethod method, @Nullable String type) {
        HttpServerRequest request = context.request();
        boolean fits = type == null || type.equals(request.getHeader("Content-Type"));
        if (!request.method().equals(method) || !fits) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION, "cannot answer: this is no request of git's", "");
        }
    }

    private static String protocol(RoutingContext context) {
        String protocol = context.request().getHeader("Git-Protocol");
        return protocol == null || protocol.length() > 100 ? "" : protocol;
    }

    private static InputStream body(RoutingContext context) throws IOException {
        BodyInput body = BodyInput.of(context);
        String encoding = context.request().getHeader("Content-Encoding");
        if (encoding == null) {
            return body;
        }
        if (!encoding.equals("gzip") && !encoding.equals("x-gzip")) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot read the request: its encoding is not known",
                    "send it plain or with gzip");
        }
        return new GZIPInputStream(body, 8192);
    }
}
