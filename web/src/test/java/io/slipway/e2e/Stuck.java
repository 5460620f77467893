package io.slipway.e2e;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// What there is to see of an instance in which something does not go on.
final class Stuck {
    private static final int LINES = 300;

    private Stuck() {}

    /// The attempts that have not ended, the server's threads that do something of Slipway's, and
    /// the end of its log.
    static String seen(Slipway slipway) throws Exception {
        List<String> attempts =
                slipway.read(
                        tx ->
                                tx.query(
                                        """
                                        select concat_ws(' ', 'attempt', a.id, j.kind, j.name, 'run',
                                            j.run_id, a.state, 'server', a.server_id, 'expiries',
                                            a.expiries, 'fence', a.fence, 'lease', a.lease_until,
                                            'now', now(), 'claimed', a.claimed_at, 'started',
                                            a.started_at, 'log', a.log_source, 'cancel',
                                            a.cancel_at, a.container) as line
                                        from attempts a join jobs j on j.id = a.job_id
                                        where a.state <> 'ended' order by a.id limit 50
                                        """,
                                        row -> row.text("line")));
        List<String> log = slipway.log().lines().toList();
        return String.join("\n", attempts)
                + "\n---- threads\n"
                + threads(slipway.server().pid())
                + "\n---- log\n"
                + String.join("\n", log.subList(Math.max(0, log.size() - LINES), log.size()));
    }

    private static String threads(long pid) throws Exception {
        java.nio.file.Path dump = java.nio.file.Files.createTempFile("threads", ".txt");
        java.nio.file.Files.delete(dump);
        String jcmd = System.getProperty("java.home") + "/bin/jcmd";
        new ProcessBuilder(jcmd, Long.toString(pid), "Thread.dump_to_file", dump.toString())
                .redirectErrorStream(true)
                .start()
                .waitFor();
        String all = java.nio.file.Files.readString(dump, StandardCharsets.UTF_8);
        java.nio.file.Files.delete(dump);
        StringBuilder own = new StringBuilder();
        for (String thread : all.split("\n\n")) {
            if (thread.contains("io.slipway")) {
                own.append(thread).append("\n\n");
            }
        }
        return own.toString();
    }
}
