package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/// What is packaged is what was compiled, and holds no failpoint that can be armed: the one that it
/// has does nothing.
class PackagedJarsIT {
    private static final String FAILPOINT = "io/slipway/fault/Failpoint";

    @Test
    void theOnlyFailpointInTheJarsDoesNothing() throws IOException {
        List<String> found = new ArrayList<>();
        int classes = 0;
        for (Path jar : jars()) {
            try (JarFile file = new JarFile(jar.toFile())) {
                for (JarEntry entry : classes(file)) {
                    classes++;
                    look(ClassFile.of().parse(bytes(file, entry)), found);
                }
            }
        }
        assertThat(classes).isGreaterThan(400);
        assertThat(found).containsExactly(FAILPOINT + " makes one that does nothing");
    }

    @Test
    void whatIsPackagedIsWhatWasCompiled() throws IOException {
        for (Path jar : jars()) {
            String module = jar.getFileName().toString().replaceFirst("-[0-9].*", "");
            Path compiled = Program.home().resolve(module).resolve("target/classes");
            try (JarFile file = new JarFile(jar.toFile())) {
                assertThat(file.getManifest().getMainAttributes().keySet().toString())
                        .doesNotContain("Agent", "Premain");
                for (JarEntry entry : classes(file)) {
                    assertThat(bytes(file, entry))
                            .as(module + " " + entry.getName())
                            .isEqualTo(Files.readAllBytes(compiled.resolve(entry.getName())));
                }
            }
        }
    }

    /// The modules' jars in the distribution.
    private static List<Path> jars() throws IOException {
        try (Stream<Path> all = Files.list(Program.home().resolve("web/target/slipway/lib"))) {
            List<Path> jars =
                    all.filter(
                                    jar ->
                                            jar.getFileName()
                                                    .toString()
                                                    .matches(
                                                            "(db|pipeline-engine|runners|web)-[0-9].*\\.jar"))
                            .toList();
            assertThat(jars).hasSize(4);
            return jars;
        }
    }

    private static List<JarEntry> classes(JarFile file) {
        return file.stream()
                .filter(entry -> entry.getName().startsWith("io/slipway/"))
                .filter(entry -> entry.getName().endsWith(".class"))
                .toList();
    }

    private static byte[] bytes(JarFile file, JarEntry entry) throws IOException {
        return file.getInputStream(entry).readAllBytes();
    }

    private static void look(ClassModel type, List<String> found) {
        String name = type.thisClass().asInternalName();
        if (type.interfaces().stream()
                .map(ClassEntry::asInternalName)
                .anyMatch(FAILPOINT::equals)) {
            found.add(name + " is one");
        }
        for (MethodModel method : type.methods()) {
            method.code().stream()
                    .flatMap(code -> code.elementStream())
                    .filter(InvokeDynamicInstruction.class::isInstance)
                    .map(InvokeDynamicInstruction.class::cast)
                    .filter(made -> made.type().stringValue().endsWith(")L" + FAILPOINT + ";"))
                    .forEach(
                            _ ->
                                    found.add(
                                            name
                                                    + (isEmpty(type)
                                                            ? " makes one that does nothing"
                                                            : " makes one")));
        }
    }

    /// Whether every body of a lambda in this class only returns.
    private static boolean isEmpty(ClassModel type) {
        return type.methods().stream()
                .filter(method -> method.methodName().stringValue().startsWith("lambda$"))
                .allMatch(
                        method ->
                                method.code()
                                        .orElseThrow()
                                        .elementStream()
                                        .filter(Instruction.class::isInstance)
                                        .map(Instruction.class::cast)
                                        .allMatch(i -> i.opcode() == Opcode.RETURN));
    }
}
