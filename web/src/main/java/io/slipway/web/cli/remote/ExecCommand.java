package io.slipway.web.cli.remote;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.client.ApiClient;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `slipway exec APP -- COMMAND...`: a command in the container that serves.
@Command(
        name = "exec",
        mixinStandardHelpOptions = true,
        description =
                "Runs a command in the container of an app that serves: slipway exec shop --"
                        + " bin/console version. Ctrl-C stops listening and not the command.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:the command ended well; else its own code",
            "1:refused",
            "2:the command line is wrong",
            "3:what is needed for it does not answer"
        })
public final class ExecCommand extends ServerWord {
    /// What a request may hold, encoded.
    private static final int MOST_INPUT = 128 << 10;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Parameters(index = "0", paramLabel = "APP", description = "the app's name")
    private String app = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "COMMAND",
            description = "program and arguments, behind --")
    private List<String> command = List.of();

    @Option(
            names = "--environment",
            paramLabel = "ENVIRONMENT",
            description = "default: ${DEFAULT-VALUE}",
            defaultValue = "production")
    private String environment = "production";

    @Option(
            names = {"-i", "--input"},
            description = "gives it standard input, read to its end first; 128 KiB at most")
    private boolean input;

    @Override
    protected int call(ApiClient api, PrintWriter out) throws IOException, InterruptedException {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("command", command);
        if (input) {
            body.put("input", Base64.getEncoder().encodeToString(read()));
        }
        String path =
                projectPath()
                        + "/apps/"
                        + ApiClient.escaped(app)
                        + "/exec?environment="
                        + ApiClient.escaped(environment);
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                api.stream("POST", path, body), StandardCharsets.UTF_8))) {
            return follow(lines);
        }
    }

    private static byte[] read() throws IOException {
        byte[] bytes = System.in.readNBytes(MOST_INPUT + 1);
        if (bytes.length > MOST_INPUT) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot give it standard input: it is longer than 128 KiB",
                    "have the command fetch what it needs");
        }
        return bytes;
    }

    /// What the command printed goes on byte for byte.
    private static int follow(BufferedReader lines) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty()) {
                continue;
            }
            JsonNode part = JSON.readTree(line);
            if (part.has("exit")) {
                return part.path("exit").asInt();
            }
            if (part.has("fault")) {
                throw new Fault(
                        Kind.CONFLICT,
                        part.path("fault").asString(""),
                        part.path("remedy").asString(""));
            }
            write(System.out, part.path("out").asString(""));
            write(System.err, part.path("err").asString(""));
        }
        throw new Fault(
                Kind.UNAVAILABLE,
                "the server went away while the command ran",
                "look at what it has done before you run it again");
    }

    private static void write(PrintStream to, String encoded) throws IOException {
        if (!encoded.isEmpty()) {
            OutputStream out = to;
            out.write(Base64.getDecoder().decode(encoded));
            out.flush();
        }
    }
}
