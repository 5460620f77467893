package io.slipway.engine.detection;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a `Procfile` says: one process of the app in each line.
///
/// @param lines in the order of the file
record Procfile(List<Line> lines) {
    static final String NAME = "Procfile";

    /// @param number from 1
    record Line(int number, String process, String command) {
        boolean isRelease() {
            return process.equals("release");
        }

        boolean isWeb() {
            return process.equals("web");
        }
    }

    private static final Pattern LINE = Pattern.compile("([A-Za-z0-9_-]{1,60})\\s*:\\s*(\\S.*)");
    private static final int MOST = 20;

    static Procfile of(ProjectFolder folder) {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String text : folder.text(NAME).lines().toList()) {
            number++;
            Matcher line = LINE.matcher(text.strip());
            if (line.matches() && lines.size() < MOST) {
                lines.add(new Line(number, line.group(1), line.group(2)));
            }
        }
        return new Procfile(List.copyOf(lines));
    }

    /// What the image starts by itself: `web`, else the first line that is a process.
    Optional<Line> main() {
        return lines.stream()
                .filter(Line::isWeb)
                .findFirst()
                .or(() -> lines.stream().filter(line -> !line.isRelease()).findFirst());
    }

    /// Processes that run beside it, from the same image.
    List<Line> others() {
        Optional<Line> main = main();
        return lines.stream()
                .filter(line -> !line.isRelease() && !main.equals(Optional.of(line)))
                .toList();
    }

    Optional<Line> release() {
        return lines.stream().filter(Line::isRelease).findFirst();
    }
}
