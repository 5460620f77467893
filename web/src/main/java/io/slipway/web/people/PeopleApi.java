package io.slipway.web.people;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Role;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.account.Accounts;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The people of this instance, for its admins.
public final class PeopleApi {
    private static final String NONE = "none";
    private static final int MOST = 200;

    private final Database database;
    private final Accounts accounts;
    private final String origin;

    /// Adds the operations.
    ///
    /// @param origin what Slipway calls itself
    public PeopleApi(Api api, Database database, Accounts accounts, String origin) {
        this.database = database;
        this.accounts = accounts;
        this.origin = origin;
        api.get("/people", this::list);
        api.add(HttpMethod.POST, "/people", this::invite);
        api.add(HttpMethod.POST, "/people/:person/invitation", this::again);
        api.add(HttpMethod.PATCH, "/people/:person", this::change);
    }

    private record Person(
            String name,
            @Nullable String role,
            @Nullable String disabledAt,
            boolean hasPassword,
            boolean invited) {
        static Person of(Accounts.Listed one) {
            return new Person(
                    one.name(),
                    one.role() == null ? null : one.role().word(),
                    one.disabledAt() == null ? null : one.disabledAt().toString(),
                    one.hasPassword(),
                    one.invited());
        }
    }

    private record Page(List<Person> people, @Nullable String next) {}

    private record Wanted(@Nullable String name, @Nullable String role) {}

    private record Changes(@Nullable String role, @Nullable Boolean disabled) {}

    private record Invitation(String name, String url) {
        @Override
        public String toString() {
            return "[secret]";
        }
    }

    private static Caller admin(ApiRequest request) {
        Access.requireInstance(request.caller(), Right.OPERATE);
        return request.caller();
    }

    private Object list(ApiRequest request) {
        admin(request);
        String part = request.query("q", "").strip().toLowerCase(Locale.ROOT);
        String after = request.query("cursor", "");
        int limit = Math.max(1, request.query("limit", MOST, MOST));
        List<Accounts.Listed> found =
                database.read(tx -> accounts.page(tx, part, after, limit + 1));
        List<Person> people = found.stream().limit(limit).map(Person::of).toList();
        return new Page(people, found.size() > limit ? people.getLast().name() : null);
    }

    private Object invite(ApiRequest request) throws Exception {
        Caller caller = admin(request);
        Wanted wanted = request.body(Wanted.class);
        String name = wanted.name() == null ? "" : wanted.name().strip();
        Optional<Role> role = wanted.role() == null ? Optional.empty() : role(wanted.role());
        return database.transaction(
                tx -> {
                    Invitation made = invitation(tx, caller, name);
                    role.ifPresent(
                            one -> accounts.role(tx, caller, Accounts.person(tx, name), one));
                    return made;
                });
    }

    private Object again(ApiRequest request) {
        Caller caller = admin(request);
        String name = request.path("person");
        return database.transaction(tx -> invitation(tx, caller, Accounts.person(tx, name).name()));
    }

    private Invitation invitation(Tx tx, Caller caller, String name) {
        TokenText text = accounts.invite(tx, caller, name);
        // Behind the #, so that no server and no proxy on the way keeps it.
        return new Invitation(
                name, origin.replaceFirst("/+$", "") + "/-/invitation#" + text.reveal());
    }

    private @Nullable Object change(ApiRequest request) throws Exception {
        Caller caller = admin(request);
        Changes changes = request.body(Changes.class);
        String name = request.path("person");
        database.change(
                tx -> {
                    Principal person = Accounts.person(tx, name);
                    String role = changes.role();
                    if (role != null) {
                        accounts.role(tx, caller, person, role(role).orElse(null));
                    }
                    if (Boolean.TRUE.equals(changes.disabled())) {
                        accounts.disable(tx, caller, person);
                    } else if (changes.disabled() != null) {
                        accounts.enable(tx, caller, person);
                    }
                });
        return null;
    }

    /// @return empty for `none`
    private static Optional<Role> role(String word) {
        return word.equals(NONE) ? Optional.empty() : Optional.of(MemberApi.role(word));
    }
}
