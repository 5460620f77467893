package io.slipway.web.server;

import io.slipway.db.Database;
import io.slipway.db.DatabaseAddress;
import io.slipway.db.EmbeddedDatabase;
import io.slipway.db.Migrations;
import io.slipway.db.Notifications;
import io.slipway.engine.access.FirstToken;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Failpoint;
import io.slipway.fault.Fault;
import io.slipway.web.settings.DataFolder;
import io.slipway.web.settings.Settings;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The data folder and the database: what every other part stands on.
public final class Foundation implements AutoCloseable {
    /// Below the data folder: the instance's id, so that its containers are found without a
    /// database.
    static final String INSTANCE_FILE = "instance";

    private static final int CONNECTIONS = 16;

    private final Closing closing = new Closing();
    private final Settings settings;
    private final Failpoint failpoint;
    private final DataFolder folder;
    private final Database database;
    private final Notifications notifications;
    private final String instance;
    private final FirstToken.Result token;

    /// Takes the folder, starts the database where it is embedded, and brings its schema up to
    /// date.
    ///
    /// @param disposable whether nobody will miss what is in the database; only for an embedded one
    /// @param failpoint told of what changes
    Foundation(Settings settings, boolean disposable, Failpoint failpoint) {
        this.settings = settings;
        this.failpoint = failpoint;
        try {
            this.folder = closing.add(DataFolder.take(settings.data()));
            DatabaseAddress address = address(settings, disposable);
            this.database = closing.add(new Database(address, CONNECTIONS, failpoint));
            if (disposable) {
                Migrations.runDisposable(database);
            } else {
                Migrations.run(database);
            }
            this.notifications = closing.add(new Notifications(address));
            this.instance =
                    database.read(tx -> tx.one("select id from instance", row -> row.text("id")));
            Files.writeString(settings.data().resolve(INSTANCE_FILE), instance + "\n");
            Secret chosen = settings.client().token();
            this.token =
                    FirstToken.ensure(
                            database,
                            folder.paths().token(),
                            chosen == null ? null : chosen.reveal());
        } catch (IOException e) {
            closing.close();
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot write to the data folder: " + e.getMessage(),
                    "make " + settings.data() + " writable",
                    e);
        } catch (Throwable e) {
            closing.close();
            throw e;
        }
    }

    private DatabaseAddress address(Settings settings, boolean disposable) {
        DatabaseAddress external = settings.database();
        if (external != null) {
            return external;
        }
        Path data = folder.paths().postgres();
        Path programs = EmbeddedDatabase.defaultCache();
        EmbeddedDatabase embedded =
                disposable
                        ? EmbeddedDatabase.startDisposable(data, programs)
                        : EmbeddedDatabase.start(data, programs);
        closing.add(embedded::stop);
        closing.add(embedded.keep());
        return embedded.address();
    }

    Settings settings() {
        return settings;
    }

    DataFolder folder() {
        return folder;
    }

    Database database() {
        return database;
    }

    Notifications notifications() {
        return notifications;
    }

    Failpoint failpoint() {
        return failpoint;
    }

    /// 8 hexadecimal digits, part of every name in an engine.
    String instance() {
        return instance;
    }

    /// The token that was made now, to be shown once; null when it was there.
    @Nullable String newToken() {
        return token.made() ? token.token().reveal() : null;
    }

    @Override
    public void close() {
        closing.close();
    }
}
