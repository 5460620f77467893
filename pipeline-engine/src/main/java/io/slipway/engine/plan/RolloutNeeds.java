package io.slipway.engine.plan;

import io.slipway.engine.plan.AppImages.PlannedApp;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the rollout of each app waits for. `needs` has two halves, names of jobs and names of apps;
/// the default of a half (every job; every ready image with a volume) holds until a name of that
/// half is written, and `needs: []` stands for no jobs and no apps.
final class RolloutNeeds {
    private final Map<String, PlannedApp> apps = new LinkedHashMap<>();
    private final Set<String> jobs;
    private final Map<String, Set<String>> appNeeds = new LinkedHashMap<>();

    RolloutNeeds(List<PlannedApp> apps, Collection<String> jobs) {
        this.jobs = new LinkedHashSet<>(jobs);
        apps.forEach(app -> this.apps.put(app.name(), app));
        apps.forEach(app -> appNeeds.put(app.name(), written(app)));
        Map<String, Set<String>> explicit = new LinkedHashMap<>();
        appNeeds.forEach((name, needs) -> explicit.put(name, Set.copyOf(needs)));
        apps.forEach(app -> addStores(app, explicit));
    }

    /// Jobs that must have succeeded.
    List<String> jobs(PlannedApp app) {
        List<String> needs = app.app().needs();
        if (needs == null) {
            return List.copyOf(jobs);
        }
        List<String> named = needs.stream().filter(jobs::contains).toList();
        return named.isEmpty() && !needs.isEmpty() ? List.copyOf(jobs) : named;
    }

    /// Apps that must have been rolled out.
    Collection<String> apps(PlannedApp app) {
        return appNeeds.getOrDefault(app.name(), Set.of());
    }

    /// All apps, each after those that it needs.
    List<PlannedApp> inOrder() {
        Set<PlannedApp> ordered = new LinkedHashSet<>();
        apps.values().forEach(app -> place(app, ordered, new HashSet<>()));
        return List.copyOf(ordered);
    }

    private void place(PlannedApp app, Set<PlannedApp> ordered, Set<String> way) {
        if (!way.add(app.name())) {
            return;
        }
        for (String need : apps(app)) {
            PlannedApp needed = apps.get(need);
            if (needed != null) {
                place(needed, ordered, way);
            }
        }
        ordered.add(app);
    }

    private Set<String> written(PlannedApp app) {
        List<String> needs = app.app().needs();
        return new LinkedHashSet<>(
                needs == null ? List.of() : needs.stream().filter(apps::containsKey).toList());
    }

    private void addStores(PlannedApp app, Map<String, Set<String>> explicit) {
        List<String> needs = app.app().needs();
        boolean byDefault = needs == null || !needs.isEmpty() && written(app).isEmpty();
        if (app.ready() != null || !byDefault) {
            return;
        }
        for (PlannedApp store : apps.values()) {
            if (store.isStore() && !reaches(store.name(), app.name(), explicit)) {
                appNeeds.getOrDefault(app.name(), new LinkedHashSet<>()).add(store.name());
            }
        }
    }

    private static boolean reaches(String from, String to, Map<String, Set<String>> needs) {
        List<String> open = new ArrayList<>(List.of(from));
        Set<String> seen = new HashSet<>(open);
        while (!open.isEmpty()) {
            for (String next : needs.getOrDefault(open.removeLast(), Set.of())) {
                if (next.equals(to)) {
                    return true;
                }
                if (seen.add(next)) {
                    open.add(next);
                }
            }
        }
        return false;
    }
}
