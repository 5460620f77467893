package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;

import io.slipway.db.Database;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The kill tests know of every commit in the packages through which a push goes.
class PointsTest {
    private static final String[] WAY = {
        "io.slipway.engine.approval",
        "io.slipway.engine.hook",
        "io.slipway.engine.image",
        "io.slipway.engine.inbox",
        "io.slipway.engine.queue",
        "io.slipway.engine.release",
        "io.slipway.engine.route",
        "io.slipway.engine.run",
        "io.slipway.engine.schedule",
        "io.slipway.engine.trigger",
        "io.slipway.web.git",
        "io.slipway.web.registry"
    };

    @Test
    void eachCommitOnTheWayOfAPushIsNamed() {
        Set<String> commits = new TreeSet<>();
        new ClassFileImporter()
                .withImportOption(PointsTest::isProduct)
                .importPackages(WAY)
                .forEach(one -> commits.addAll(commits(one)));
        assertThat(commits).contains("Queue.claim", "Pushes.taken", "Manifests.put");
        assertThat(commits).as("name it in Points").isSubsetOf(Points.commits());
    }

    private static boolean isProduct(Location location) {
        return !location.contains("/test-classes/") && !location.contains("-tests.jar");
    }

    private static List<String> commits(JavaClass one) {
        return one.getMethodCallsFromSelf().stream()
                .filter(call -> call.getTargetOwner().isEquivalentTo(Database.class))
                .filter(call -> List.of("change", "transaction").contains(call.getName()))
                .map(PointsTest::name)
                .toList();
    }

    private static String name(JavaMethodCall call) {
        String type = call.getOriginOwner().getName().replaceFirst(".*\\.", "");
        return type + "." + call.getOrigin().getName();
    }
}
