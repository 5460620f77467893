package io.slipway.engine.detection;

import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a container of an app starts.
///
/// @param command as `CMD` takes it
/// @param port that it listens on; 0: not known, it is looked for when the app runs
/// @param why where the command was found: `scripts.start of package.json`
record Start(List<String> command, int port, String why) {
    /// The port of apps that read `$PORT`, which Slipway sets.
    static final int FROM_ENVIRONMENT = 8080;

    private static final Pattern ONE_PROGRAM =
            Pattern.compile("[A-Za-z0-9_./@-]++([ \\t][^;&|<>()`\\n#]*+)?");
    private static final Pattern PORT_FLAG =
            Pattern.compile("(?:--port[ =]|-p |(?:0\\.0\\.0\\.0|\\[::]|\\s):)([0-9]{2,5})\\b");

    /// A line for a shell. One program replaces the shell, so that it gets the stop signal.
    static List<String> shell(String line) {
        String stripped = line.strip();
        boolean one = ONE_PROGRAM.matcher(stripped).matches();
        return List.of("sh", "-c", one ? "exec " + stripped : stripped);
    }

    /// The port that a line names.
    static int portOf(String line) {
        if (line.matches("(?s).*\\$\\{?PORT\\b.*")) {
            return FROM_ENVIRONMENT;
        }
        Matcher flag = PORT_FLAG.matcher(line);
        return flag.find() ? number(flag.group(1)) : 0;
    }

    /// The port that a source file names: from the environment, else the first that a pattern
    /// finds.
    static int portIn(String source, Pattern environment, Pattern literal) {
        if (environment.matcher(source).find()) {
            return FROM_ENVIRONMENT;
        }
        Matcher found = literal.matcher(source);
        return found.find() ? number(found.group(1)) : 0;
    }

    /// The last lines of a Dockerfile: user, port, command.
    String lines() {
        return "USER 65534:65534\n"
                + (port == 0 ? "" : "EXPOSE " + port + "\n")
                + "CMD "
                + JsonMapper.shared().writeValueAsString(command).replace("\",\"", "\", \"")
                + "\n";
    }

    private static int number(String digits) {
        int port = Integer.parseInt(digits);
        return port > 65_535 ? 0 : port;
    }
}
