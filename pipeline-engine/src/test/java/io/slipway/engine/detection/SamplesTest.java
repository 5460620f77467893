package io.slipway.engine.detection;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.FolderTree;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Each folder of `src/test/samples` is a project; beside it lies what is found in it: notes, then
/// the Dockerfile that is generated. DetectedKindsTest builds, starts and asks the same projects.
class SamplesTest {
    private static final Path SAMPLES = Path.of("src/test/samples");

    @TestFactory
    List<DynamicTest> whatIsFoundIsAsItIsWritten() throws IOException {
        try (Stream<Path> files = Files.list(SAMPLES)) {
            return files.filter(Files::isDirectory)
                    .sorted()
                    .map(folder -> DynamicTest.dynamicTest(folder.toString(), () -> check(folder)))
                    .toList();
        }
    }

    private static void check(Path folder) throws IOException {
        Found found = new Detection(FromImages.PUBLIC).repository(new FolderTree(folder), "shop");
        List<String> lines = new ArrayList<>(found.notes());
        found.apps().forEach(app -> lines.add(app.name() + " " + app.command() + app.worker()));
        String text =
                String.join("\n", lines) + "\n\n" + found.apps().getFirst().recipe().generated();

        Path expected = folder.resolveSibling(folder.getFileName() + ".found");
        assertThat(text).isEqualTo(Files.readString(expected));
    }
}
