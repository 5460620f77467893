package io.slipway.engine.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

@ExtendWith(DatabaseExtension.class)
final class ProjectsTest {
    private final Database database;

    ProjectsTest(Database database) {
        this.database = database;
    }

    @Test
    void ofManyWhoCreateOneProjectAtOnceExactlyOneMadeIt() throws Exception {
        ProjectName name = ProjectName.parse("shop/cart");
        Callable<Projects.Created> create =
                () -> database.transaction(tx -> Projects.create(tx, name, null));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Projects.Created> all =
                    threads.invokeAll(Stream.generate(() -> create).limit(8).toList()).stream()
                            .map(Future::resultNow)
                            .toList();
            assertThat(all).filteredOn(Projects.Created::made).hasSize(1);
            assertThat(all)
                    .extracting(created -> created.project().id())
                    .containsOnly(all.getFirst().project().id());
        }
        assertThat(database.read(Projects::all)).extracting(Project::name).contains(name);
    }

    @Test
    void aProjectThatIsNotThereIsNotFound() {
        assertThatThrownBy(() -> database.read(tx -> Projects.get(tx, ProjectName.parse("nobody"))))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.NOT_FOUND));
    }

    @Test
    void whatIsSetIsKept() {
        Project made =
                database.transaction(tx -> Projects.create(tx, ProjectName.parse("kept"), null))
                        .project();
        assertThat(made.defaultBranch()).isNull();
        database.change(
                tx -> {
                    Projects.setDefaultBranch(tx, made.id(), "trunk");
                    Projects.setPaused(tx, made.id(), true);
                });
        Project kept = database.read(tx -> Projects.find(tx, made.id())).orElseThrow();
        assertThat(kept.defaultBranch()).isEqualTo("trunk");
        assertThat(kept.paused()).isTrue();
        assertThat(kept.createdAt()).isEqualTo(made.createdAt());
    }
}
