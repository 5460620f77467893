package io.slipway.e2e;

import io.slipway.e2e.RegistryLog.Put;
import io.slipway.e2e.Visitor.Away;
import io.slipway.e2e.Visitor.Visit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Judges by access logs that are kept outside of Slipway: that of the registry, and that of the
/// app that is rolled out.
final class AccessLogs {
    static final String NOBODY_PUT = "images released that nobody put";
    static final String PUT_FOR_NONE = "manifests put for no run with an image";
    static final String OLDER = "requests answered by an older release";
    static final String UNKNOWN = "answers that the app's own log does not hold";
    static final String UNANSWERED = "requests unanswered while no switch was away";
    static final String SILENT = "releases that nobody ever asked";
    static final String NOT_RELEASED = "versions that served and were not released";
    private static final int OK = 200;

    /// What there has to be none of at the registry.
    static final List<String> OF_REGISTRY = List.of(NOBODY_PUT, PUT_FOR_NONE);

    /// What there has to be none of at the app.
    static final List<String> OF_APP = List.of(OLDER, UNKNOWN, UNANSWERED, SILENT, NOT_RELEASED);

    private AccessLogs() {}

    /// Something that is wrong.
    record Finding(String what, String why) {}

    /// A release, as Slipway tells of it.
    ///
    /// @param image `repository@digest`
    /// @param built when the work on its image began
    /// @param stored when that was over
    record Released(String commit, String image, Instant built, Instant stored) {
        private boolean wasPut(List<Put> puts) {
            return puts.stream().anyMatch(put -> put.isTaken() && isOf(put));
        }

        private boolean isOf(Put put) {
            return put.reference().equals(commit)
                    && image.equals(put.repository() + "@" + put.digest());
        }

        /// Whether an engine found no registry meanwhile: then the image takes the other way, which
        /// no access log sees.
        private boolean hadOtherWay(List<Instant> away) {
            return away.stream().anyMatch(at -> !at.isBefore(built) && !at.isAfter(stored));
        }
    }

    /// A version of the app whose run has succeeded.
    ///
    /// @param at by [System#nanoTime()], when that was seen
    record Live(int round, long at) {}

    /// The releases whose image went over the engine's API.
    static List<Released> overTheEngine(
            List<Released> released, List<Put> puts, List<Instant> away) {
        return released.stream()
                .filter(release -> !release.wasPut(puts) && release.hadOtherWay(away))
                .toList();
    }

    /// What is wrong with what was put into the registry, and with what was not.
    ///
    /// @param away when an engine greeted the registry and was not heard
    /// @param builds `repository:commit` of each image that a run may have built
    static List<Finding> ofRegistry(
            List<Released> released, List<Put> puts, List<Instant> away, Set<String> builds) {
        List<Finding> wrong = new ArrayList<>();
        for (Released release : released) {
            if (!release.wasPut(puts) && !release.hadOtherWay(away)) {
                wrong.add(new Finding(NOBODY_PUT, release.toString()));
            }
        }
        for (Put put : puts) {
            if (!builds.contains(put.repository() + ":" + put.reference())) {
                wrong.add(new Finding(PUT_FOR_NONE, put.toString()));
            }
        }
        return wrong;
    }

    /// What is wrong with a container that serves.
    ///
    /// @param image that it runs, as the engine tells
    /// @param commit whose release it is
    static List<Finding> ofContainer(
            String image, String commit, List<Put> puts, List<Released> otherWay) {
        boolean isPut =
                puts.stream()
                        .filter(put -> put.isTaken() && put.reference().equals(commit))
                        .anyMatch(put -> List.of(put.config(), put.digest()).contains(image));
        boolean isOther = otherWay.stream().anyMatch(r -> r.commit().equals(commit));
        return isPut || isOther
                ? List.of()
                : List.of(new Finding(NOBODY_PUT, "a container runs " + image));
    }

    /// What is wrong with how the app was there for those who asked it, from its first release on.
    ///
    /// @param live in the order of time
    /// @param released rounds of which there is a release
    static List<Finding> ofApp(
            List<Live> live,
            List<Visit> visits,
            List<Away> away,
            AppLog log,
            Set<Integer> released) {
        List<Finding> wrong = new ArrayList<>();
        for (Live one : live) {
            if (!log.rounds().containsKey(one.round())) {
                wrong.add(new Finding(SILENT, one.toString()));
            }
        }
        for (Integer round : log.rounds().keySet()) {
            if (!released.contains(round)) {
                wrong.add(new Finding(NOT_RELEASED, "round " + round));
            }
        }
        for (Visit visit : since(live, visits)) {
            if (visit.status() != OK) {
                if (away.stream().noneMatch(time -> time.meets(visit))) {
                    wrong.add(new Finding(UNANSWERED, visit.toString()));
                }
                continue;
            }
            int round = round(visit);
            if (!log.isOf(round, visit.number())) {
                wrong.add(new Finding(UNKNOWN, visit.toString()));
            }
            int newest =
                    live.stream()
                            .filter(one -> one.at() < visit.begin())
                            .mapToInt(Live::round)
                            .max()
                            .orElse(0);
            if (round < newest) {
                wrong.add(new Finding(OLDER, newest + " was live: " + visit));
            }
        }
        return wrong;
    }

    /// The longest time between two answers of which a request in between got none.
    static long longestGap(List<Live> live, List<Visit> visits) {
        long longest = 0;
        long answered = 0;
        boolean isGap = false;
        for (Visit visit : since(live, visits)) {
            if (visit.status() != OK) {
                isGap = true;
                continue;
            }
            longest = isGap && answered != 0 ? Math.max(longest, visit.end() - answered) : longest;
            answered = visit.end();
            isGap = false;
        }
        return longest;
    }

    private static List<Visit> since(List<Live> live, List<Visit> visits) {
        return live.isEmpty()
                ? List.of()
                : visits.stream().filter(v -> v.begin() > live.getFirst().at()).toList();
    }

    private static int round(Visit visit) {
        return visit.page().matches("round [0-9]+")
                ? Integer.parseInt(visit.page().substring("round ".length()))
                : -1;
    }
}
