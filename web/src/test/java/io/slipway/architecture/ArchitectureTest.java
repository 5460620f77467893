package io.slipway.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Holds the compiled classes of all modules to the tables of docs/ARCHITECTURE.md.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {
    private static final String ROOT = "io.slipway";
    private static final int TYPES_OF_A_PACKAGE = 20;
    private static final int LINES_OF_A_FILE = 500;
    private static final Pattern EMPTY_WORD =
            Pattern.compile(
                    "(?<![A-Z])(Manager|Helper|Utils?|Impl|Abstract|Base|Common|Processor)(?![a-z])");

    private final Map<String, List<String>> imports = new LinkedHashMap<>();
    private JavaClasses classes;

    @BeforeAll
    void readTableAndClasses() {
        for (List<String> row : Table.under("| package | meaning | imports |").rows()) {
            imports.put(Table.names(row.getFirst()).getFirst(), Table.names(row.get(2)));
        }
        classes =
                new ClassFileImporter()
                        .withImportOption(ArchitectureTest::isProduct)
                        .importPackages(ROOT);
    }

    private static boolean isProduct(Location location) {
        return !location.contains("/test-classes/") && !location.contains("-tests.jar");
    }

    @Test
    void classesOfEveryModuleAreLookedAt() {
        assertThat(packages())
                .contains("fault", "db", "engine.run", "runners.docker", "web.git", "Main");
    }

    @Test
    void everyPackageHasARowAndEveryRowAPackage() {
        assertThat(packages()).containsExactlyInAnyOrderElementsOf(imports.keySet());
    }

    @Test
    void aPackageImportsOnlyWhatItsRowNames() {
        assertThat(
                        crossings(
                                (from, to) ->
                                        imports.getOrDefault(from, List.of()).stream()
                                                .anyMatch(name -> Table.covers(name, to))))
                .isEmpty();
    }

    @Test
    void aPackageImportsOnlyRowsAboveItsOwn() {
        List<String> order = List.copyOf(imports.keySet());
        assertThat(crossings((from, to) -> order.indexOf(to) < order.indexOf(from))).isEmpty();
    }

    @Test
    void aLibraryIsSeenOnlyByTheNamedPackages() {
        List<String> wrong = new ArrayList<>();
        for (List<String> row : Table.under("| library | its packages | seen by |").rows()) {
            List<String> seers = Table.names(row.get(2));
            for (Dependency dependency : dependencies()) {
                String target = dependency.getTargetClass().getPackageName();
                String from = name(dependency.getOriginClass());
                if (Table.names(row.get(1)).stream()
                                .anyMatch(lib -> Table.covers(lib + ".*", target))
                        && seers.stream().noneMatch(seer -> Table.covers(seer, from))) {
                    wrong.add(from + " sees " + target + ": " + dependency.getDescription());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void noPackageHasMoreThanTwentyTypes() {
        Map<String, Long> sizes =
                classes.stream()
                        .filter(type -> type.isTopLevelClass() && !isPackageInfo(type))
                        .collect(
                                Collectors.groupingBy(
                                        ArchitectureTest::name, Collectors.counting()));
        sizes.values().removeIf(size -> size <= TYPES_OF_A_PACKAGE);
        assertThat(sizes).isEmpty();
    }

    @Test
    void noFileHasMoreThanFiveHundredLines() {
        assertThat(Repository.written())
                .hasSizeGreaterThan(400)
                .allSatisfy(
                        file ->
                                assertThat(Repository.text(file).lines().count())
                                        .as(file.toString())
                                        .isLessThanOrEqualTo(LINES_OF_A_FILE));
    }

    @Test
    void noNameIsAnEmptyWord() {
        assertThat(classes.stream().map(JavaClass::getSimpleName))
                .noneMatch(name -> EMPTY_WORD.matcher(name).find());
    }

    /// Dependencies from package to package that the rule does not allow, with one example each.
    private Set<String> crossings(BiFunction<String, String, Boolean> allowed) {
        Map<String, String> wrong =
                dependencies().stream()
                        .filter(d -> d.getTargetClass().getPackageName().startsWith(ROOT))
                        .filter(d -> !name(d.getOriginClass()).equals(name(d.getTargetClass())))
                        .filter(
                                d ->
                                        !allowed.apply(
                                                name(d.getOriginClass()), name(d.getTargetClass())))
                        .collect(
                                Collectors.toMap(
                                        d ->
                                                name(d.getOriginClass())
                                                        + " -> "
                                                        + name(d.getTargetClass()),
                                        Dependency::getDescription,
                                        (first, second) -> first));
        return wrong.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private List<Dependency> dependencies() {
        return classes.stream()
                .map(JavaClass::getDirectDependenciesFromSelf)
                .flatMap(Set::stream)
                .toList();
    }

    private Set<String> packages() {
        return classes.stream()
                .filter(type -> !isPackageInfo(type))
                .map((Function<JavaClass, String>) ArchitectureTest::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean isPackageInfo(JavaClass type) {
        return type.getSimpleName().equals("package-info");
    }

    /// The package as the table writes it; the root's one class stands for itself.
    private static String name(JavaClass type) {
        String full = type.getPackageName();
        return full.equals(ROOT) ? "Main" : full.substring(ROOT.length() + 1);
    }
}
