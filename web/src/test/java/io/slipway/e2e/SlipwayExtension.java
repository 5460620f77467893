package io.slipway.e2e;

import io.slipway.fault.Fault;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Gives test classes one [Slipway], started once for all of them and removed without a trace at
/// the end. Without an engine or git a class is skipped, with the reason; with `CI=true` it fails.
public final class SlipwayExtension implements BeforeAllCallback, ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(SlipwayExtension.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        shared(context);
    }

    private static Slipway shared(ExtensionContext context) {
        ExtensionContext.Store store = context.getRoot().getStore(NAMESPACE);
        Shared shared =
                store.getOrComputeIfAbsent(
                        Shared.class, _ -> new Shared(start(Map.of())), Shared.class);
        return shared.slipway();
    }

    /// Starts one with settings of its own; the caller closes it.
    static Slipway start(Map<String, String> settings) {
        needEngine();
        return new Slipway(settings);
    }

    /// Skips the test, or fails it with `CI=true`, without an engine or git.
    static void needEngine() {
        try {
            new EngineSide(0).close();
            runToEnd("git", "--version");
            runToEnd(images());
        } catch (Fault | IOException e) {
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionError("the tests need an engine and git", e);
            }
            Assumptions.abort("no engine, or no git: " + e.getMessage());
        }
    }

    private static String[] images(String... more) {
        List<String> command = new ArrayList<>();
        command.add("sh");
        command.add(Program.home().resolve("tools/base-images.sh").toString());
        command.addAll(List.of(more));
        return command.toArray(String[]::new);
    }

    /// Gets further images onto the engine.
    static void baseImages(String... images) {
        try {
            runToEnd(images(images));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void runToEnd(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (InputStream output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(text);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Slipway.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return shared(context);
    }

    /// Closed by the engine of the tests when the last class is through.
    private record Shared(Slipway slipway) implements AutoCloseable {
        @Override
        public void close() {
            slipway.close();
        }
    }
}
