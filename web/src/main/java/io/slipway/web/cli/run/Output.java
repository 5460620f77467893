package io.slipway.web.cli.run;

import io.slipway.web.cli.Colouring;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/// Where a run is shown.
///
/// @param colours whether colours may be printed
/// @param live whether lines may be written over
record Output(PrintWriter out, PrintWriter err, boolean json, boolean colours, boolean live) {

    static Output of(PrintWriter out, PrintWriter err, boolean json, Colouring.When colour) {
        Map<String, String> env = System.getenv();
        boolean terminal = !json && Colouring.terminal(env);
        return new Output(out, err, json, Colouring.of(colour, terminal, env), terminal);
    }

    Show show(Selection selection) {
        List<String> names = selection.plan().jobs().stream().map(job -> job.name()).toList();
        return json
                ? new JsonShow(out)
                : new TerminalShow(
                        out, new TerminalShow.Style(live, colours, selection.parallel()), names);
    }

    /// Says what takes a while before anything can be shown; nothing where only programs read.
    void wait(String what) {
        if (!json) {
            err.println(what);
            err.flush();
        }
    }
}
