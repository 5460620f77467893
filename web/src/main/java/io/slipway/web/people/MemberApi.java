package io.slipway.web.people;

import io.slipway.db.Database;
import io.slipway.engine.access.Members;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Role;
import io.slipway.engine.account.Accounts;
import io.slipway.engine.project.Project;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;

/// Who is what in a project.
public final class MemberApi {
    private static final int MOST = 200;

    /// Stands before a name in the cursor of somebody who has its role everywhere.
    private static final String EVERYWHERE = "*";

    private final Database database;

    /// Adds the operations.
    public MemberApi(Api api, Database database) {
        this.database = database;
        api.get("/projects/:project/members", this::list);
        api.add(HttpMethod.PUT, "/projects/:project/members/:person", this::give);
        api.add(HttpMethod.DELETE, "/projects/:project/members/:person", this::take);
    }

    private record Page(List<View> members, List<View> everywhere, @Nullable String next) {}

    private record View(String name, String role, String givenAt, @Nullable String givenBy) {
        static View of(Members.Member one) {
            return new View(one.name(), one.role().word(), one.givenAt().toString(), one.givenBy());
        }
    }

    private record Wanted(@Nullable String role) {}

    private Object list(ApiRequest request) {
        int limit = Math.max(1, request.query("limit", MOST, MOST));
        String cursor = request.query("cursor", "");
        Members.Asked asked =
                new Members.Asked(
                        request.query("q", "").strip().toLowerCase(Locale.ROOT),
                        cursor.startsWith(EVERYWHERE),
                        cursor.replace(EVERYWHERE, ""),
                        limit + 1);
        List<Members.Member> found =
                database.read(tx -> Members.of(tx, request.project(tx, Right.READ).id(), asked));
        List<Members.Member> page = found.stream().limit(limit).toList();
        return new Page(
                page.stream().filter(one -> !one.everywhere()).map(View::of).toList(),
                page.stream().filter(Members.Member::everywhere).map(View::of).toList(),
                found.size() > limit ? cursor(page.getLast()) : null);
    }

    private static String cursor(Members.Member last) {
        return (last.everywhere() ? EVERYWHERE : "") + last.name();
    }

    private @Nullable Object give(ApiRequest request) throws Exception {
        database.read(tx -> request.project(tx, Right.ADMINISTER)); // before the body is read
        String wanted = request.body(Wanted.class).role();
        Role role = role(wanted == null ? "" : wanted);
        database.change(
                tx -> {
                    Project project = request.project(tx, Right.ADMINISTER);
                    Principal person = Accounts.person(tx, request.path("person"));
                    Members.give(tx, request.caller(), project.id(), person, role);
                });
        return null;
    }

    private @Nullable Object take(ApiRequest request) {
        database.change(
                tx -> {
                    Project project = request.project(tx, Right.ADMINISTER);
                    Principal person = Accounts.person(tx, request.path("person"));
                    if (!Members.take(tx, request.caller(), project.id(), person)) {
                        throw new Fault(
                                Kind.NOT_FOUND,
                                "cannot take a role of "
                                        + person.name()
                                        + ": it has none in "
                                        + project.name(),
                                "see the members with 'slipway members'");
                    }
                });
        return null;
    }

    static Role role(String word) {
        return Role.of(word)
                .orElseThrow(
                        () ->
                                ApiRequest.bad(
                                        "role",
                                        "is none of viewer, developer, maintainer and admin"));
    }
}
