package io.slipway.engine.plan;

import io.slipway.engine.definition.Places;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.gate.Gates;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.plan.AppImages.PlannedApp;
import io.slipway.engine.project.HostLabel;
import io.slipway.engine.project.ProjectName;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The public host of each app of one environment.
final class Hosts {
    private final PlanRequest request;
    private final HostOwners owners;
    private final Places places;
    private final Consumer<Problem> problems;
    private final Map<String, String> taken = new LinkedHashMap<>();

    Hosts(PlanRequest request, HostOwners owners, Places places, Consumer<Problem> problems) {
        this.request = request;
        this.owners = owners;
        this.places = places;
        this.problems = problems;
    }

    /// @return app to host, for those that are public
    Map<String, String> of(List<PlannedApp> apps, String environment) {
        long open = apps.stream().filter(PlannedApp::open).count();
        Map<String, String> hosts = new LinkedHashMap<>();
        for (PlannedApp app : apps) {
            if (app.open()) {
                String written = app.app().host();
                String host =
                        written != null ? written : byDefault(app.name(), open > 1, environment);
                hosts.put(app.name(), host);
                check(app.name(), host, environment);
            }
        }
        return hosts;
    }

    /// `<project>.<domain>` for one public app, `<app>-<project>.<domain>` for several; outside
    /// production the environment's name is appended. Always one label below the domain.
    private String byDefault(String app, boolean several, String environment) {
        String project = ProjectName.parse(request.project()).label();
        String label = several ? app + "-" + project : project;
        String place = environment.equals(Gates.PRODUCTION) ? "" : "-" + environment;
        return HostLabel.of(label + place) + "." + request.domain();
    }

    private void check(String app, String host, String environment) {
        String path = "apps." + app + ".host";
        String first = taken.putIfAbsent(host, app);
        if (first != null) {
            report(path, host + " is the host of app " + first + " too");
        } else if (host.equals(request.domain()) || host.equals("localhost")) {
            report(path, host + " is Slipway's own");
        } else {
            other(host, environment)
                    .ifPresent(
                            owner ->
                                    report(
                                            path,
                                            host
                                                    + " belongs to app "
                                                    + owner.app()
                                                    + " of "
                                                    + owner.project()
                                                    + " in "
                                                    + owner.environment()));
        }
    }

    /// Apps of this project and environment are all in the plan: among them a host may move.
    private Optional<HostOwners.Owner> other(String host, String environment) {
        return owners.of(host)
                .filter(
                        owner ->
                                !owner.project().equals(request.project())
                                        || !owner.environment().equals(environment));
    }

    private void report(String path, @Nullable String message) {
        problems.accept(places.problem(path, String.valueOf(message), "write another host"));
    }
}
