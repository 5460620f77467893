package io.slipway.db;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import java.util.UUID;

/// Gives a test class a database of its own, with every migration applied, on one PostgreSQL that
/// all test classes share. Constructor, methods and lifecycle methods may take a [Database], a
/// [DatabaseAddress] or [Notifications]; all three belong to the class and are closed after it.
///
/// ```java
/// @ExtendWith(DatabaseExtension.class)
/// final class ProjectsTest {
///     ProjectsTest(Database database) { ... }
/// ```
public final class DatabaseExtension implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(DatabaseExtension.class);
    private static final int POOL = 12;

    /// What one test class has; it goes when the class is done.
    private record Given(
            TestServer server, String name, Database database, Notifications notifications)
            implements AutoCloseable {
        static Given on(TestServer server) {
            String name = "test_" + UUID.randomUUID().toString().replace("-", "");
            DatabaseAddress address = server.create(name);
            Database database = new Database(address, POOL);
            // Names in the engine are made of the instance's id: each class is one of its own.
            database.change(tx -> tx.update("update instance set id = ?", name.substring(5, 13)));
            return new Given(server, name, database, new Notifications(address));
        }

        @Override
        public void close() {
            notifications.close();
            database.close();
            server.drop(name);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Database.class
                || type == DatabaseAddress.class
                || type == Notifications.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        TestServer server =
                context.getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE)
                        .getOrComputeIfAbsent(
                                "server", key -> TestServer.start(), TestServer.class);
        Given given =
                ofOutermostClass(context)
                        .getStore(NAMESPACE)
                        .getOrComputeIfAbsent("given", key -> Given.on(server), Given.class);
        Class<?> type = parameter.getParameter().getType();
        if (type == Database.class) {
            return given.database();
        }
        return type == Notifications.class ? given.notifications() : given.database().address();
    }

    private static ExtensionContext ofOutermostClass(ExtensionContext context) {
        ExtensionContext at = context;
        while (at.getParent().filter(parent -> parent.getTestClass().isPresent()).isPresent()) {
            at = at.getParent().get();
        }
        return at;
    }
}
