package io.slipway.engine.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Each guard of [QueueMutations] and [EngineMutations] is taken out, one at a time, of the classes
/// as this JVM loads them; the test that is named there must go red. The list is printed. Without a
/// change the same tests are green.
final class MutationTest {
    @Test
    void eachGuardOfTheQueueHasATestThatGoesRedWithoutIt() throws ClassNotFoundException {
        eachIsMissed(QueueMutations.ALL);
    }

    @Test
    void eachGuardAroundTheQueueHasATestThatGoesRedWithoutIt() throws ClassNotFoundException {
        eachIsMissed(EngineMutations.ALL);
    }

    private static void eachIsMissed(List<Mutation> mutations) throws ClassNotFoundException {
        String schedules = System.getProperty("simulation.schedules");
        System.setProperty("simulation.schedules", "60");
        List<String> unnoticed = new ArrayList<>();
        try (LauncherSession session = LauncherFactory.openSession()) {
            Set<String> named = new LinkedHashSet<>(mutations.stream().map(Mutation::red).toList());
            for (String test : named) {
                TestExecutionSummary green = run(session, new Patched(null), test);
                assertThat(green.getFailures()).as("without a change: " + test).isEmpty();
                assertThat(green.getTestsSucceededCount()).as(test).isEqualTo(1);
            }
            for (Mutation mutation : mutations) {
                Patched loader = new Patched(mutation);
                TestExecutionSummary summary = run(session, loader, mutation.red());
                assertThat(loader.patched).as("no such guard: " + mutation).isPositive();
                boolean red = summary.getTotalFailureCount() > 0;
                System.out.printf(
                        "%s %s: %s%n",
                        red ? "red" : "GREEN",
                        mutation.guard(),
                        mutation.red().replaceAll(".*\\.", ""));
                summary.getFailures().forEach(one -> firstLines(one.getException()));
                if (!red) {
                    unnoticed.add(mutation.guard());
                }
            }
        } finally {
            if (schedules == null) {
                System.clearProperty("simulation.schedules");
            } else {
                System.setProperty("simulation.schedules", schedules);
            }
        }
        assertThat(unnoticed).as("guards that no test misses").isEmpty();
    }

    /// That it is red for what was taken out can be read.
    private static void firstLines(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        String said = String.valueOf(cause.getMessage()).strip().replaceAll("\\s+", " ");
        System.out.println("      " + said.substring(0, Math.min(150, said.length())));
    }

    private static TestExecutionSummary run(LauncherSession session, Patched loader, String test)
            throws ClassNotFoundException {
        String[] parts = test.split("#");
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        session.getLauncher()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectMethod(loader.loadClass(parts[0]), parts[1]))
                                .build(),
                        listener);
        return listener.getSummary();
    }

    /// Loads the engine's classes anew, one of them patched; everything else is the parent's.
    private static final class Patched extends ClassLoader {
        private static final String OWN = "io.slipway.engine.";

        private final @Nullable Mutation mutation;
        int patched;

        Patched(@Nullable Mutation mutation) {
            super(MutationTest.class.getClassLoader());
            this.mutation = mutation;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(OWN)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known == null ? define(name) : known;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            try (InputStream in = getParent().getResourceAsStream(file)) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                if (mutation != null && name.equals(mutation.in())) {
                    bytes = patched(bytes, mutation);
                }
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private byte[] patched(byte[] bytes, Mutation mutation) {
            ClassFile file = ClassFile.of();
            return file.transformClass(
                    file.parse(bytes),
                    ClassTransform.transformingMethodBodies(
                            (code, element) -> patch(code, element, mutation)));
        }

        private void patch(CodeBuilder code, CodeElement element, Mutation mutation) {
            if (element instanceof ConstantInstruction constant
                    && constant.constantValue() instanceof String text
                    && text.replaceAll("\\s+", " ").contains(mutation.from())) {
                patched++;
                code.loadConstant(
                        text.replaceAll("\\s+", " ").replace(mutation.from(), mutation.to()));
            } else if (element instanceof ConstantInstruction constant
                    && constant.constantValue() instanceof Long number
                    && number.toString().equals(mutation.from())) {
                patched++;
                code.loadConstant(Long.parseLong(mutation.to()));
            } else if (element instanceof FieldInstruction field
                    && field.opcode() == Opcode.GETFIELD
                    && field.name().equalsString(mutation.from())) {
                patched++;
                code.pop();
                code.iconst_0();
            } else {
                code.with(element);
            }
        }
    }
}
