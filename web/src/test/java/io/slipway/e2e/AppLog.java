package io.slipway.e2e;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What an app says of itself that it was asked: each version enters every request into the ledger,
/// before it answers.
///
/// @param rounds for each version the names of the requests that it was asked; those that Slipway
///   makes to see whether it is healthy have no name of their own
record AppLog(Map<Integer, Set<String>> rounds) {
    private static final String PLACE = "-/app/";

    /// What an app enters, expanded by its shell: its page names the version, the query the
    /// request.
    static final String ENTRY = PLACE + "${page#round }/${QUERY_STRING:-unnamed}";

    /// Of what the ledger holds.
    static AppLog of(Map<String, Integer> entries) {
        Map<Integer, Set<String>> rounds = new TreeMap<>();
        for (String entry : entries.keySet()) {
            if (entry.startsWith("/" + PLACE)) {
                String[] words = entry.substring(1 + PLACE.length()).split("/", 2);
                rounds.computeIfAbsent(Integer.valueOf(words[0]), _ -> new TreeSet<>())
                        .add(words[1]);
            }
        }
        return new AppLog(rounds);
    }

    /// How many requests it has names of.
    int size() {
        return rounds.values().stream().mapToInt(Set::size).sum();
    }

    boolean isOf(int round, int request) {
        return rounds.getOrDefault(round, Set.of()).contains(Integer.toString(request));
    }
}
