package io.slipway.db;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
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
public final class DatabaseExtension
        implements BeforeAllCallback, AfterAllCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(DatabaseExtension.class);
    private static final int POOL = 12;

    /// What one test class has.
    private record Given(String name, Database database, Notifications notifications) {}

    @Override
    public void beforeAll(ExtensionContext context) {
        String name = "test_" + UUID.randomUUID().toString().replace("-", "");
        DatabaseAddress address = server(context).create(name);
        Database database = new Database(address, POOL);
        // Names in the engine are made of the instance's id: each class is an instance of its own.
        database.change(tx -> tx.update("update instance set id = ?", name.substring(5, 13)));
        context.getStore(NAMESPACE)
                .put("given", new Given(name, database, new Notifications(address)));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Given given = context.getStore(NAMESPACE).remove("given", Given.class);
        if (given != null) {
            given.notifications().close();
            given.database().close();
            server(context).drop(given.name());
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
        Given given = context.getStore(NAMESPACE).get("given", Given.class);
        Class<?> type = parameter.getParameter().getType();
        if (type == Database.class) {
            return given.database();
        }
        return type == Notifications.class ? given.notifications() : given.database().address();
    }

    static TestServer server(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent("server", key -> TestServer.start(), TestServer.class);
    }
}
